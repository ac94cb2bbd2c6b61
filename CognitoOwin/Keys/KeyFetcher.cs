using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Http;

namespace CognitoOwin.Keys;

/// <summary>
/// Runs at most one fetch of the keys of one address at a time, outside of any request, and gives its result to all
/// waiting requests.
/// </summary>
internal sealed class KeyFetcher : IDisposable
{
    private static readonly Task<KeySet?> NoKeys = Task.FromResult<KeySet?>(null);

    private readonly bool _cachingEnabled;
    private readonly PoolKeyStores _stores;
    private readonly KeyStore _store;
    private readonly JwksSource _source;
    private readonly TimeProvider _time;
    private readonly KeyReporter _reporter;
    private readonly CancellationTokenSource _disposing = new();
    private readonly FetchSchedule _schedule;
    private Task<KeySet?>? _pending;

    public KeyFetcher(
        CognitoUserPool userPool,
        JwksSource source,
        PoolKeyStores stores,
        CognitoKeysOptions options,
        TimeSpan clockSkew,
        TimeProvider time,
        KeyReporter reporter)
    {
        _cachingEnabled = options.CachingEnabled;
        _stores = stores;
        _store = stores.Add(userPool.Name!);
        _source = source;
        _time = time;
        _reporter = reporter;
        _schedule = new FetchSchedule(options, clockSkew, time);
    }

    /// <summary>Gets the kept keys of the address; null if there are none, or if the keys are not kept at all.</summary>
    public KeySet? Kept => _cachingEnabled ? _store.Current : null;

    /// <summary>Gets whether the address has ever brought keys.</summary>
    public bool HasFetched => _store.HasFetched;

    /// <summary>Gets why the last fetch failed; null if it succeeded, or none has ended.</summary>
    public JwksException? LastFailure => _schedule.LastFailure;

    /// <summary>Starts a fetch in the background if one is due. The call never blocks.</summary>
    /// <returns>The pending fetch; null if there is none.</returns>
    public Task<KeySet?>? StartIfDue()
    {
        if (!_schedule.IsDue)
        {
            return Volatile.Read(ref _pending);
        }

        lock (_stores.Gate)
        {
            return _pending ?? (_schedule.IsDue ? Start(keyId: null) : null);
        }
    }

    /// <summary>Joins the pending fetch, or starts one if no keys are kept.</summary>
    /// <returns>The fetch, or the kept keys; null during the cool-down after a failed fetch.</returns>
    public Task<KeySet?>? JoinOrStart()
    {
        lock (_stores.Gate)
        {
            // The keys may have come while this request waited for the lock.
            if (Kept is { } kept)
            {
                return Task.FromResult<KeySet?>(kept);
            }

            if (_pending == null && _schedule.IsCoolingDown(hasUsableKeys: false, out _))
            {
                return null;
            }

            return _pending ?? Start(keyId: null);
        }
    }

    /// <summary>Joins the pending fetch, or starts one, to find a key that is not kept.</summary>
    /// <param name="keyId">The <c>kid</c> of the key.</param>
    /// <param name="issuedAt"><c>iat</c> of the token; null if it is absent.</param>
    /// <param name="lookup">The result of the lookup if no fetch is needed or allowed.</param>
    /// <param name="isNew">Whether this call starts the fetch. A fetch that already runs may miss a new key.</param>
    /// <returns>The fetch; null if <paramref name="lookup"/> is the result.</returns>
    public Task<KeySet?>? JoinOrStart(string keyId, DateTimeOffset? issuedAt, out KeyLookup lookup, out bool isNew)
    {
        lock (_stores.Gate)
        {
            // The key may have come while this request waited for the lock.
            var current = Kept;
            isNew = _pending == null;
            if (current != null && current.Keys.TryGetValue(keyId, out var key))
            {
                lookup = KeyLookup.FromKey(key);
                return null;
            }

            if (!isNew || !_schedule.IsCoolingDown(hasUsableKeys: current != null, out var coolDownLeft))
            {
                lookup = default;
                return _pending ?? Start(keyId);
            }

            if (_schedule.LastFailure != null)
            {
                lookup = KeyLookup.ReportUnavailable(coolDownLeft);
            }
            else
            {
                lookup = _schedule.WouldKnowKey(issuedAt) ? KeyLookup.Unknown : KeyLookup.ReportUndecided(coolDownLeft);
            }

            return null;
        }
    }

    /// <summary>Reports a lookup that was refused because no fetch is due.</summary>
    /// <param name="lookup">The result of the lookup.</param>
    public void ReportRefusal(KeyLookup lookup)
    {
        bool isFirst;
        lock (_stores.Gate)
        {
            isFirst = _schedule.MarkRefused();
        }

        _reporter.ReportRefusal(lookup, isFirst);
    }

    /// <summary>Gets how much of the cool-down is left.</summary>
    /// <returns>The time, or zero.</returns>
    public TimeSpan GetCoolDownLeft()
    {
        lock (_stores.Gate)
        {
            return _schedule.CoolDownLeft;
        }
    }

    /// <summary>Cancels the pending fetch, and starts no other. Call this only while holding the lock of the pool.</summary>
    public void Stop() => _disposing.Cancel();

    public void Dispose() => _source.Dispose();

    // Call this only while holding the lock of the pool.
    private Task<KeySet?> Start(string? keyId)
    {
        _schedule.Suspend();
        if (_disposing.IsCancellationRequested)
        {
            return NoKeys;
        }

        _stores.Begin(_store);

        // Each waiting request continues on its own thread. On the thread of the fetch, the requests would run one after the
        // other. One that blocks would delay all others.
        var result = new TaskCompletionSource<KeySet?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending = result.Task;

        // All requests share the fetch, so it must not run in the culture, the identity or the synchronization context of the
        // request that starts it.
        using (ExecutionFlow.Suppress())
        {
            try
            {
                // Use a new thread, not the thread pool: if requests block, all threads of the pool may be waiting for this fetch.
                _ = Task.Factory.StartNew(
                    () => FetchAsync(keyId, result), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            catch (TaskSchedulerException)
            {
                // No thread could be created. Use the thread pool, because the requests would wait forever for a fetch that
                // never starts.
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
            var dropped = new List<SigningKey>();
            bool hasUsableKeys;
            lock (_stores.Gate)
            {
                _pending = null;
                set = set == null ? null : _stores.Replace(_store, set, dropped);
                hasUsableKeys = _stores.HasUsableKeys;
                _schedule.Resume(
                    failure, isKeyMissing: set != null && keyId != null && !set.Keys.ContainsKey(keyId), hasUsableKeys);
            }

            // If the application ends and cancels the fetch, do not log or measure it.
            if (!_disposing.IsCancellationRequested)
            {
                _reporter.ReportFetch(_source.Name, _time.GetElapsedTime(started), set, failure, skipped, dropped, hasUsableKeys, HasFetched);
            }
        }
        finally
        {
            result.SetResult(set);
        }
    }
}
