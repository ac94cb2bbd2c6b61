using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Caching;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Keys;

/// <summary>
/// The public keys of one user pool, kept in <see cref="MemoryCache"/>. A known key never waits for the network; all who wait
/// for a fetch wait for the same one.
/// </summary>
internal sealed class PoolKeys : IDisposable
{
    private static readonly Task<KeySet?> NoKeys = Task.FromResult<KeySet?>(null);

    private readonly CognitoUserPool _userPool;
    private readonly string _cacheKey;
    private readonly JwksSource _source;
    private readonly bool _cachingEnabled;
    private readonly long _refreshInterval;
    private readonly long _minimumRefetchInterval;
    private readonly long _staleLifetime;
    private readonly TimeProvider _time;
    private readonly CognitoLog _log;
    private readonly KeyMetrics _metrics;
    private readonly CancellationTokenSource _disposing = new();

    private readonly object _gate = new();

    // Guarded by _gate; timestamps of the clock, which no change of the system's time moves.
    private Task<KeySet?>? _fetch;
    private long? _coolDownUntil;
    private bool _coolDownWasLogged;
    private JwksException? _lastFailure;

    // What the last fetch that succeeded brought. Whoever clears MemoryCache.Default makes the next request fetch, but cannot
    // make this pool forget for which keys it has vouched.
    private KeySet? _latest;

    // Read without the gate by every request.
    private long _refreshDue = long.MinValue;
    private long _usableUntil = long.MinValue;

    public PoolKeys(CognitoUserPool userPool, CognitoKeysOptions options, TimeProvider time, CognitoLog log)
    {
        _userPool = userPool;

        // An entry of its own for every owner: two parts of an application may reach one pool in two ways.
        _cacheKey = $"CognitoOwin.Keys:{userPool.Name}:{Guid.NewGuid():N}";
        _source = JwksSource.Of(userPool, options, time);
        _cachingEnabled = options.CachingEnabled;
        _time = time;
        _log = log;
        _refreshInterval = Ticks(options.RefreshInterval);
        _minimumRefetchInterval = Ticks(options.MinimumRefetchInterval);
        _staleLifetime = Ticks(options.StaleLifetime);
        _metrics = new KeyMetrics(this, userPool.Name!);
        if (options.Prefetch)
        {
            FetchIfDue();
        }
    }

    /// <summary>How many keys are kept, and how old they are; null where none were fetched yet.</summary>
    public (int Count, TimeSpan Age)? Kept =>
        Volatile.Read(ref _latest) is { } set && !_disposing.IsCancellationRequested
            ? (set.Keys.Count, _time.GetElapsedTime(set.FetchedAt))
            : null;

    /// <summary>The keys that serve now; null where none were fetched yet, or none within the stale lifetime.</summary>
    private KeySet? Current =>
        MemoryCache.Default.Get(_cacheKey) is KeySet set && _time.GetTimestamp() - set.FetchedAt < _staleLifetime ? set : null;

    /// <summary>Finds the key of a <c>kid</c>, with a fetch where the kept keys have none of that name.</summary>
    public ValueTask<KeyLookup> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        if (_cachingEnabled && Current is { } set && set.Keys.TryGetValue(keyId, out var key))
        {
            RefreshIfDue();
            return new(KeyLookup.Found(key));
        }

        return new(FetchAndFindAsync(keyId, cancellationToken));
    }

    /// <summary>
    /// Finds the key of a <c>kid</c> for a caller that cannot wait but by blocking its thread. It waits for the fetch itself and
    /// for nothing that would need a thread of the pool, as those may all be blocked here.
    /// </summary>
    public KeyLookup Find(string keyId, TimeSpan patience)
    {
        if (_cachingEnabled && Current is { } set && set.Keys.TryGetValue(keyId, out var key))
        {
            RefreshIfDue();
            return KeyLookup.Found(key);
        }

        for (var isLast = false; ; isLast = true)
        {
            if (JoinFetch(keyId, out var lookup, out var isOurs) is not { } fetch)
            {
                return lookup;
            }

            if (!fetch.Wait(patience))
            {
                return KeyLookup.Unavailable(TimeSpan.Zero);
            }

            if (Judge(fetch.Result, keyId, isOurs || isLast) is { } verdict)
            {
                return verdict;
            }
        }
    }

    /// <summary>All keys that serve now, fetched if there are none; null where they cannot be had. Blocks as <see cref="Find"/> does.</summary>
    public KeySet? GetAll(TimeSpan patience)
    {
        if (_cachingEnabled && Current is { } set)
        {
            RefreshIfDue();
            return set;
        }

        Task<KeySet?> fetch;
        lock (_gate)
        {
            if (_fetch == null && MustWait(current: null, out _))
            {
                return null;
            }

            fetch = _fetch ?? StartFetch(soughtKeyId: null);
        }

        return fetch.Wait(patience) ? fetch.Result : null;
    }

    /// <summary>Whether what was verified with a key still counts. Takes no lock; starts a refresh that is due.</summary>
    public bool IsTrusted(SigningKey key)
    {
        RefreshIfDue();
        return !key.IsDropped && _time.GetTimestamp() < Volatile.Read(ref _usableUntil);
    }

    /// <summary>How the pool's keys stand. Starts a fetch that is due, so that whoever asks again later learns more.</summary>
    public CognitoPoolHealth GetHealth()
    {
        FetchIfDue();
        lock (_gate)
        {
            var succeeded = _lastFailure != null ? false : _latest != null ? true : default(bool?);
            return new CognitoPoolHealth(
                _userPool,
                Kept,
                succeeded,
                _lastFailure?.Summary,
                isUsable: _cachingEnabled ? Current != null : succeeded == true);
        }
    }

    /// <summary>Starts the fetch that is due, and waits for nothing.</summary>
    public void FetchIfDue()
    {
        if (_time.GetTimestamp() >= Volatile.Read(ref _refreshDue))
        {
            lock (_gate)
            {
                if (_fetch == null && _time.GetTimestamp() >= _refreshDue)
                {
                    StartFetch(soughtKeyId: null);
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposing.Cancel();
            MemoryCache.Default.Remove(_cacheKey);
        }

        _source.Dispose();
    }

    private async Task<KeyLookup> FetchAndFindAsync(string keyId, CancellationToken cancellationToken)
    {
        for (var isLast = false; ; isLast = true)
        {
            if (JoinFetch(keyId, out var lookup, out var isOurs) is not { } fetch)
            {
                return lookup;
            }

            var set = await fetch.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            if (Judge(set, keyId, isOurs || isLast) is { } verdict)
            {
                return verdict;
            }
        }
    }

    // What a fetch says of a key. Null where it says nothing: one that was under way when the request came may have asked before
    // the pool had the key. The next one has not.
    private KeyLookup? Judge(KeySet? set, string keyId, bool isLastWord)
    {
        if (set == null)
        {
            lock (_gate)
            {
                return KeyLookup.Unavailable(CoolDownLeft());
            }
        }

        return set.Keys.TryGetValue(keyId, out var key) ? KeyLookup.Found(key)
            : isLastWord ? KeyLookup.Unknown
            : null;
    }

    // The fetch to wait for; null, and the outcome, where there is nothing to wait for.
    private Task<KeySet?>? JoinFetch(string keyId, out KeyLookup lookup, out bool isOurs)
    {
        bool isFirst;
        lock (_gate)
        {
            // It may have come while this request waited for the gate.
            var current = _cachingEnabled ? Current : null;
            isOurs = _fetch == null;
            if (current != null && current.Keys.TryGetValue(keyId, out var known))
            {
                lookup = KeyLookup.Found(known);
                return null;
            }

            if (!isOurs || !MustWait(current, out var left))
            {
                lookup = default;
                return _fetch ?? StartFetch(keyId);
            }

            lookup = _lastFailure != null ? KeyLookup.Unavailable(left) : KeyLookup.Unknown;
            isFirst = !_coolDownWasLogged;
            _coolDownWasLogged = true;
        }

        _metrics.LookupRefused();
        if (isFirst)
        {
            // Once, and not for every token: otherwise a flood of tokens would be one of messages.
            _log.LookupsRefused(_userPool);
        }

        return null;
    }

    // Under the gate. A fetch that brought keys is a reason to wait only while those keys are there to judge by.
    private bool MustWait(KeySet? current, out TimeSpan left)
    {
        left = CoolDownLeft();
        return left > TimeSpan.Zero && (_lastFailure != null || current != null);
    }

    private void RefreshIfDue()
    {
        if (_cachingEnabled)
        {
            FetchIfDue();
        }
    }

    // Under the gate.
    private Task<KeySet?> StartFetch(string? soughtKeyId)
    {
        Volatile.Write(ref _refreshDue, long.MaxValue);
        if (_disposing.IsCancellationRequested)
        {
            return NoKeys;
        }

        // Each request goes on on a thread of its own: on the fetch's they would run one after the other, and one whose
        // application blocks would hold up all the others.
        var outcome = new TaskCompletionSource<KeySet?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _fetch = outcome.Task;

        // The fetch is everybody's: it must not run in the culture, the identity or the synchronization context of the request
        // that happened to start it.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            try
            {
                // Not of the pool: where requests block, its threads may all be waiting for this very fetch.
                _ = Task.Factory.StartNew(
                    () => FetchAsync(soughtKeyId, outcome), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            catch (TaskSchedulerException)
            {
                // No thread could be made. The pool's must do: a fetch that never starts would be waited for forever.
                _ = Task.Run(() => FetchAsync(soughtKeyId, outcome));
            }
        }

        return outcome.Task;
    }

    private async Task FetchAsync(string? soughtKeyId, TaskCompletionSource<KeySet?> outcome)
    {
        var started = _time.GetTimestamp();
        var skipped = new List<string>();
        KeySet? set = null;
        JwksException? failure = null;
        try
        {
            var document = await _source.FetchAsync(_disposing.Token).ConfigureAwait(false);
            set = new KeySet(ToKeys(JwksDocument.Read(document, skipped.Add)), _time.GetTimestamp());
        }
        catch (Exception e)
        {
            // Whatever went wrong, whoever waits must be told that there are no keys.
            failure = e as JwksException ?? new JwksException(JwksFailure.Unexpected, "The fetch failed: " + e.GetBaseException().Message, e);
        }

        try
        {
            SigningKey[] dropped;
            bool goesOn;
            lock (_gate)
            {
                dropped = Conclude(set, failure, soughtKeyId);
                goesOn = Current != null;
            }

            // A fetch that ends with the application is no event.
            if (!_disposing.IsCancellationRequested)
            {
                _metrics.Fetched(_time.GetElapsedTime(started), failure);
                Log(set, failure, skipped, dropped, goesOn);
            }
        }
        finally
        {
            outcome.SetResult(set);
        }
    }

    // Under the gate. Gives the keys that the pool no longer lists.
    private SigningKey[] Conclude(KeySet? set, JwksException? failure, string? soughtKeyId)
    {
        var now = _time.GetTimestamp();
        _fetch = null;
        _lastFailure = failure;
        Volatile.Write(ref _refreshDue, now + (set == null ? _minimumRefetchInterval : _refreshInterval));
        if (set == null || (soughtKeyId != null && !set.Keys.ContainsKey(soughtKeyId)))
        {
            _coolDownUntil = now + _minimumRefetchInterval;
            _coolDownWasLogged = false;
        }

        if (set == null || _disposing.IsCancellationRequested)
        {
            return [];
        }

        SigningKey[] dropped = [.. _latest?.Keys.Values.Except(set.Keys.Values) ?? []];
        Volatile.Write(ref _latest, set);
        foreach (var key in dropped)
        {
            key.Drop();
        }

        // After the keys that count no more are out: whatever becomes of the entry, they are.
        Volatile.Write(ref _usableUntil, set.FetchedAt + _staleLifetime);
        MemoryCache.Default.Set(_cacheKey, set, new CacheItemPolicy { Priority = CacheItemPriority.NotRemovable });
        return dropped;
    }

    private void Log(
        KeySet? set, JwksException? failure, List<string> skipped, SigningKey[] dropped, bool goesOn)
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
            _log.KeysFetchFailed(_userPool, failure.Failure.ToString(), failure.Message, failure.InnerException, goesOn);
        }
        else
        {
            _log.KeysFetched(_userPool, set!.Keys.Count);
        }
    }

    // A key that is still listed stays the same object: what it verified stays valid, and its RSA objects stay warm. Only the
    // one fetch that is under way changes _latest.
    private Dictionary<string, SigningKey> ToKeys(Dictionary<string, RSAParameters> parameters)
    {
        var latest = Volatile.Read(ref _latest);
        return parameters.ToDictionary(
            entry => entry.Key,
            entry => latest != null && latest.Keys.TryGetValue(entry.Key, out var key) && key.IsSameAs(entry.Value)
                ? key
                : new SigningKey(entry.Key, entry.Value),
            StringComparer.Ordinal);
    }

    // Under the gate.
    private TimeSpan CoolDownLeft()
    {
        var now = _time.GetTimestamp();
        return _cachingEnabled && _coolDownUntil is { } until && until > now ? _time.GetElapsedTime(now, until) : TimeSpan.Zero;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
