using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Diagnostics;
using CognitoOwin.Http;
using CognitoOwin.Keys;

namespace CognitoOwin.Validation;

/// <summary>
/// Finds the user pools that are not configured by asking the application's resolver, and keeps what it returns. Anyone can send a
/// token with an invented pool id, so everything here is limited: the number of look-ups, their time, and what is remembered.
/// </summary>
internal sealed class ResolvedPools : IDisposable
{
    private const int MaximumPools = 10_000;
    private const int MaximumCalls = 10;
    private static readonly TimeSpan FailureLifetime = TimeSpan.FromSeconds(1);

    private readonly Func<string, CancellationToken, Task<CognitoUserPool?>> _resolve;
    private readonly TokenValidationSettings _settings;
    private readonly CognitoLog _log;
    private readonly TimeProvider _time;
    private readonly TimeSpan _minimumInterval;
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _disposing = new();

    // Renewals have places of their own, so that a flood of invented ids does not delay them.
    private readonly SemaphoreSlim _lookupPlaces = new(MaximumCalls);
    private readonly SemaphoreSlim _renewalPlaces = new(MaximumCalls);

    // Guards the fields below. No code of the application runs while it is held.
    private readonly object _gate = new();
    private readonly Dictionary<string, ResolvedPool> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<PoolLookup>> _pending = new(StringComparer.Ordinal);
    private readonly FailedPoolLookups _failed;
    private readonly PoolLookupLimit _limit;
    private readonly RepeatedFailures _failures;
    private readonly RepeatedFailures _refusals;
    private int _maximumPools = MaximumPools;

    // Timestamps of the clock.
    private long _nextLimitReport = long.MinValue;

    /// <param name="resolve">The application's resolver.</param>
    /// <param name="settings">The settings of the validator.</param>
    /// <param name="log">The log.</param>
    public ResolvedPools(
        Func<string, CancellationToken, Task<CognitoUserPool?>> resolve, TokenValidationSettings settings, CognitoLog log)
    {
        _resolve = resolve;
        _settings = settings;
        _log = log;
        _time = settings.TimeProvider;
        _minimumInterval = settings.Keys.MinimumRefetchInterval;
        _timeout = settings.Keys.FetchTimeout;
        _failed = new FailedPoolLookups(_time);
        _limit = new PoolLookupLimit(_minimumInterval, _time);
        _failures = new RepeatedFailures(_time);
        _refusals = new RepeatedFailures(_time);
    }

    /// <summary>Finds a pool: a kept pool at once, any other after a look-up, which all waiting requests share.</summary>
    /// <param name="id">The id of the pool.</param>
    /// <param name="cancellationToken">Ends the wait. The look-up continues, because other requests may wait for it.</param>
    /// <returns>The result of the look-up.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask<PoolLookup> FindAsync(string id, CancellationToken cancellationToken)
    {
        Task<PoolLookup>? pending;
        TimeSpan retryAfter = default;
        var isReported = false;
        lock (_gate)
        {
            if (_kept.TryGetValue(id, out var kept) && kept.TryUse())
            {
                return new(PoolLookup.FromPool(kept));
            }

            if (!_pending.TryGetValue(id, out pending))
            {
                if (_failed.Find(id) is { } failed)
                {
                    return new(failed);
                }

                if (_limit.TryStart(out var start, out retryAfter))
                {
                    pending = Start(id, start);
                }
                else
                {
                    isReported = TryReport(ref _nextLimitReport);
                }
            }
        }

        if (isReported)
        {
            _log.PoolLookupsRefused();
        }

        return pending == null
            ? new(PoolLookup.ReportUnavailable(retryAfter))
            : new(pending.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken));
    }

    /// <summary>Cancels the pending look-ups, and drops all pools for good.</summary>
    public void Dispose()
    {
        List<PoolKeys> unused;
        lock (_gate)
        {
            _maximumPools = 0;
            unused = Evict();
        }

        unused.ForEach(static keys => keys.Dispose());
        _disposing.Cancel();
    }

    private void StartRenewal(ResolvedPool pool)
    {
        lock (_gate)
        {
            if (!_pending.ContainsKey(pool.UserPool.UserPoolId!))
            {
                pool.BeginRenewal();
                Start(pool.UserPool.UserPoolId!, countedStart: null);
            }
        }
    }

    // Call this only while holding the lock. A renewal has no counted start.
    private Task<PoolLookup> Start(string id, long? countedStart)
    {
        // Each waiting request continues on its own thread: one that blocks must not delay the others.
        var result = new TaskCompletionSource<PoolLookup>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending.Add(id, result.Task);

        // All requests share the look-up, so it must not run in the culture, the identity or the synchronization context of the
        // request that starts it.
        using (ExecutionFlow.Suppress())
        {
            _ = Task.Run(() => RunAsync(id, countedStart, result));
        }

        return result.Task;
    }

    private async Task RunAsync(string id, long? countedStart, TaskCompletionSource<PoolLookup> result)
    {
        var call = Task.FromResult<CognitoUserPool?>(null);
        PoolLookup lookup;
        Action? report;
        var isConfirmed = false;
        var failures = 0;
        try
        {
            var answer = await TimeLimit.RunAsync(
                stop => call = Task.Run(() => CallAsync(id, countedStart == null ? _renewalPlaces : _lookupPlaces, stop), CancellationToken.None),
                _timeout,
                _time,
                static message => new TimeoutException(message),
                _disposing.Token).ConfigureAwait(false);
            (lookup, report, isConfirmed) = ApplyAnswer(id, answer?.Copy());
            failures = _failures.Reset();
        }
        catch (Exception e)
        {
            // Every failure counts as a failed look-up: the waiting requests must learn that there is no pool.
            (lookup, report) = ApplyFailure(id, e);
        }

        if (call.IsCompleted)
        {
            End();
        }
        else
        {
            // The resolver ignores its cancellation. It must not be called again for this pool until it has ended, and requests must not
            // wait for it.
            lookup.Pool?.FailRenewal();
            _ = call.ContinueWith(_ => End(), TaskScheduler.Default);
        }

        result.SetResult(lookup);
        if (failures > 0)
        {
            _log.PoolLookupRecovered(failures);
        }

        report?.Invoke();

        void End()
        {
            lock (_gate)
            {
                _pending.Remove(id);
                if (isConfirmed)
                {
                    lookup.Pool?.MarkRenewed();
                }
                else if (_kept.TryGetValue(id, out var kept))
                {
                    kept.ScheduleRenewal(_minimumInterval);
                }

                if (lookup.Pool != null && countedStart is { } start)
                {
                    _limit.Forget(start);
                }
            }
        }
    }

    // The call keeps its place until it really ends, so that a resolver that hangs takes no more than these threads and connections.
    private async Task<CognitoUserPool?> CallAsync(string id, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await _resolve(id, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }

    // The report goes to the log after the requests have their answer.
    private (PoolLookup Lookup, Action? Report, bool IsConfirmed) ApplyAnswer(string id, CognitoUserPool? answer)
    {
        if (answer == null)
        {
            return (PoolLookup.Unknown, Remove(id) ? () => _log.PoolRemoved(id) : null, IsConfirmed: true);
        }

        // Do not check settings that were checked before: a file with keys, for example, may be unreadable for a moment.
        if (FindSame(id, answer) is { } same)
        {
            return (PoolLookup.FromPool(same), null, IsConfirmed: true);
        }

        var problems = _settings.FindProblems(id, answer);
        if (problems.Count > 0)
        {
            lock (_gate)
            {
                return (FindAfterFailure(id, _minimumInterval), _refusals.Add(id, out _) ? () => _log.PoolRefused(id, problems) : null, IsConfirmed: false);
            }
        }

        var pool = Keep(id, answer, out var isChange);
        return (PoolLookup.FromPool(pool), isChange ? () => _log.PoolChanged(id) : null, IsConfirmed: true);
    }

    private (PoolLookup Lookup, Action? Report) ApplyFailure(string id, Exception failure)
    {
        lock (_gate)
        {
            var lookup = FindAfterFailure(id, FailureLifetime);
            var failures = 0;
            var isReported = !_disposing.IsCancellationRequested && _failures.Add(failure.GetType(), out failures);
            return (lookup, isReported ? () => _log.PoolLookupFailed(failure, failures) : null);
        }
    }

    // A resolver that fails, or that returns a wrong pool, does not take the kept pool out of use. Call this only while holding the
    // lock.
    private PoolLookup FindAfterFailure(string id, TimeSpan wait)
    {
        if (_kept.TryGetValue(id, out var kept) && kept.IsUsable)
        {
            return PoolLookup.FromPool(kept);
        }

        _failed.Add(id, isUnknown: false, wait);
        return PoolLookup.ReportUnavailable(wait);
    }

    private ResolvedPool? FindSame(string id, CognitoUserPool answer)
    {
        lock (_gate)
        {
            return _kept.TryGetValue(id, out var kept) && kept.UserPool.HasSameSettings(answer) ? kept : null;
        }
    }

    private ResolvedPool Keep(string id, CognitoUserPool answer, out bool isChange)
    {
        List<PoolKeys> unused = [];
        ResolvedPool pool;
        lock (_gate)
        {
            isChange = _kept.TryGetValue(id, out var previous);

            // Keep the known keys if only the rules have changed: perhaps they cannot be fetched now.
            var keys = isChange && previous.UserPool.HasSameKeys(answer)
                ? previous.Keys
                : new PoolKeys(answer, _settings.Keys, _settings.ClockSkew, _time, _log, isResolved: true);
            pool = new ResolvedPool(answer, keys, _settings, StartRenewal);
            _kept[id] = pool;
            if (isChange)
            {
                previous.Drop();
                unused.AddRange(previous.Keys == keys ? [] : [previous.Keys]);
            }

            unused.AddRange(Evict());
        }

        unused.ForEach(static keys => keys.Dispose());
        return pool;
    }

    private bool Remove(string id)
    {
        ResolvedPool? kept;
        lock (_gate)
        {
            _failed.Add(id, isUnknown: true, _minimumInterval);
            if (_kept.TryGetValue(id, out kept))
            {
                _kept.Remove(id);
                kept.Drop();
            }
        }

        kept?.Keys.Dispose();
        return kept != null;
    }

    // Call this only while holding the lock, and dispose the returned keys after it: that runs code of the application's HTTP handler.
    private List<PoolKeys> Evict()
    {
        List<ResolvedPool> evicted = [.. _kept.Values.OrderBy(static pool => pool.LastUse).Take(_kept.Count - _maximumPools)];
        foreach (var pool in evicted)
        {
            _kept.Remove(pool.UserPool.UserPoolId!);
            pool.Drop();
        }

        return evicted.ConvertAll(static pool => pool.Keys);
    }

    // Report once per interval, so that a flood of tokens does not flood the log. Call this only while holding the lock.
    private bool TryReport(ref long nextReport)
    {
        var now = _time.GetTimestamp();
        if (now < nextReport)
        {
            return false;
        }

        nextReport = now + _time.ToTimestampUnits(_minimumInterval);
        return true;
    }
}
