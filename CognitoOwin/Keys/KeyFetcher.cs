using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Keys;

/// <summary>
/// Runs at most one fetch of a user pool's keys at a time, outside of any request, and reports its result to all who wait.
/// </summary>
internal sealed class KeyFetcher : IDisposable
{
    private static readonly Task<KeySet?> NoKeys = Task.FromResult<KeySet?>(null);

    private readonly CognitoUserPool _userPool;
    private readonly bool _cachingEnabled;
    private readonly KeyStore _store;
    private readonly JwksSource _source;
    private readonly TimeProvider _time;
    private readonly CognitoLog _log;
    private readonly KeyMetrics _metrics;
    private readonly CancellationTokenSource _disposing = new();

    // Guards the schedule, the pending fetch and all writes to the store.
    private readonly object _gate = new();
    private readonly FetchSchedule _schedule;
    private Task<KeySet?>? _pending;

    public KeyFetcher(CognitoUserPool userPool, CognitoKeysOptions options, TimeProvider time, CognitoLog log, KeyStore store)
    {
        _userPool = userPool;
        _cachingEnabled = options.CachingEnabled;
        _store = store;
        _source = JwksSource.Create(userPool, options, time);
        _time = time;
        _log = log;
        _metrics = new KeyMetrics(userPool.Name!, store);
        _schedule = new FetchSchedule(options, time);
    }

    /// <summary>Starts a fetch in the background if one is due. The call never blocks.</summary>
    public void StartIfDue()
    {
        if (_schedule.IsDue)
        {
            lock (_gate)
            {
                if (_pending == null && _schedule.IsDue)
                {
                    Start(keyId: null);
                }
            }
        }
    }

    /// <summary>Joins the pending fetch, or starts one.</summary>
    /// <returns>The fetch; null if the last one failed too recently.</returns>
    public Task<KeySet?>? JoinOrStart()
    {
        lock (_gate)
        {
            if (_pending == null && _schedule.IsCoolingDown(hasUsableKeys: false, out _))
            {
                return null;
            }

            return _pending ?? Start(keyId: null);
        }
    }

    /// <summary>Joins the pending fetch, or starts one, to find a key that is not kept.</summary>
    /// <param name="keyId">The <c>kid</c> of the key.</param>
    /// <param name="lookup">The result of the lookup if no fetch is needed or allowed.</param>
    /// <param name="isNew">Whether the fetch starts now, so that its result is up to date.</param>
    /// <returns>The fetch; null if <paramref name="lookup"/> is the result.</returns>
    public Task<KeySet?>? JoinOrStart(string keyId, out KeyLookup lookup, out bool isNew)
    {
        bool isFirstRefusal;
        lock (_gate)
        {
            // The key may have come while this request waited for the lock.
            var current = _cachingEnabled ? _store.Current : null;
            isNew = _pending == null;
            if (current != null && current.Keys.TryGetValue(keyId, out var key))
            {
                lookup = KeyLookup.FromKey(key);
                return null;
            }

            if (!isNew || !_schedule.IsCoolingDown(hasUsableKeys: current != null, out var left))
            {
                lookup = default;
                return _pending ?? Start(keyId);
            }

            lookup = _schedule.LastFailure != null ? KeyLookup.ReportUnavailable(left) : KeyLookup.Unknown;
            isFirstRefusal = _schedule.TryNoteFirstRefusal();
        }

        _metrics.RecordRefusedLookup();
        if (isFirstRefusal)
        {
            // Log once per cool-down, so that a flood of tokens does not flood the log.
            _log.LookupsRefused(_userPool);
        }

        return null;
    }

    /// <summary>Gets how much of the cool-down is left.</summary>
    /// <returns>The time, or zero.</returns>
    public TimeSpan GetCoolDownLeft()
    {
        lock (_gate)
        {
            return _schedule.CoolDownLeft;
        }
    }

    /// <summary>Gets the state of the pool's keys.</summary>
    /// <returns>The state.</returns>
    public CognitoPoolHealth GetHealth()
    {
        lock (_gate)
        {
            bool? hasSucceeded = _store.HasFetched ? true : null;
            if (_schedule.LastFailure != null)
            {
                hasSucceeded = false;
            }

            return new CognitoPoolHealth(
                _userPool,
                _store.Latest,
                hasSucceeded,
                _schedule.LastFailure?.Summary,
                isUsable: _cachingEnabled ? _store.Current != null : hasSucceeded == true);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposing.Cancel();
            _store.Close();
        }

        _source.Dispose();
    }

    // Call it under the lock.
    private Task<KeySet?> Start(string? keyId)
    {
        _schedule.Suspend();
        if (_disposing.IsCancellationRequested)
        {
            return NoKeys;
        }

        // Each waiting request continues on its own thread. On the fetch's thread they would run one after the other, and one
        // whose application blocks would hold up the others.
        var result = new TaskCompletionSource<KeySet?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending = result.Task;

        // All requests share the fetch, so it must not run in the culture, the identity or the synchronization context of the
        // request that starts it.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            try
            {
                // Not on the thread pool: where requests block, all its threads may be waiting for this fetch.
                _ = Task.Factory.StartNew(
                    () => FetchAsync(keyId, result), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            catch (TaskSchedulerException)
            {
                // No thread could be created. Use the thread pool, because a fetch that never starts would be waited for forever.
                _ = Task.Run(() => FetchAsync(keyId, result));
            }
        }

        return result.Task;
    }

    private async Task FetchAsync(string? keyId, TaskCompletionSource<KeySet?> result)
    {
        var started = _time.GetTimestamp();
        var skipped = new List<string>();
        KeySet? set = null;
        JwksException? failure = null;
        try
        {
            var document = await _source.FetchAsync(_disposing.Token).ConfigureAwait(false);
            set = _store.CreateSet(JwksDocument.Read(document, skipped.Add));
        }
        catch (Exception e)
        {
            // Every failure counts as a failed fetch: the waiting requests must learn that there are no keys.
            failure = e as JwksException ?? new JwksException(JwksFailure.Unexpected, "The fetch failed: " + e.GetBaseException().Message, e);
        }

        try
        {
            SigningKey[] dropped;
            bool hasUsableKeys;
            lock (_gate)
            {
                _pending = null;
                _schedule.Resume(failure, isKeyMissing: set != null && keyId != null && !set.Keys.ContainsKey(keyId));
                dropped = set == null ? [] : _store.Replace(set);
                hasUsableKeys = _store.Current != null;
            }

            // A fetch that the end of the application cancels is neither logged nor measured.
            if (!_disposing.IsCancellationRequested)
            {
                _metrics.RecordFetch(_time.GetElapsedTime(started), failure);
                Log(set, failure, skipped, dropped, hasUsableKeys);
            }
        }
        finally
        {
            result.SetResult(set);
        }
    }

    private void Log(
        KeySet? set, JwksException? failure, List<string> skipped, SigningKey[] dropped, bool hasUsableKeys)
    {
        foreach (var reason in skipped)
        {
            _log.KeySkipped(_userPool, reason);
        }

        foreach (var key in dropped)
        {
            _log.KeyDropped(_userPool, key.Id);
        }

        if (failure != null)
        {
            _log.KeysFetchFailed(_userPool, failure.Failure.ToString(), failure.Message, failure.InnerException, hasUsableKeys);
        }
        else
        {
            _log.KeysFetched(_userPool, set!.Keys.Count);
        }
    }
}
