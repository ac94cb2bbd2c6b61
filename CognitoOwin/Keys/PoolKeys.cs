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
    private readonly string _cacheKey;
    private readonly JwksClient _client;
    private readonly bool _cachingEnabled;
    private readonly long _refreshInterval;
    private readonly long _minimumRefetchInterval;
    private readonly long _staleLifetime;
    private readonly TimeProvider _time;
    private readonly CognitoLog _log;
    private readonly CancellationTokenSource _disposing = new();

    private readonly object _gate = new();

    // Guarded by _gate; timestamps of the clock, which no change of the system's time moves.
    private Task<KeySet?>? _fetch;
    private long? _coolDownUntil;
    private bool _lastFetchFailed;

    // Read without the gate by every request.
    private long _refreshDue = long.MinValue;
    private long _usableUntil = long.MinValue;

    public PoolKeys(CognitoUserPool userPool, CognitoKeysOptions options, TimeProvider time, CognitoLog log)
    {
        // An entry of its own for every owner: two parts of an application may reach one pool in two ways.
        _cacheKey = $"CognitoOwin.Keys:{userPool.JwksUri}:{Guid.NewGuid():N}";
        _client = new JwksClient(userPool.JwksUri!, options, time);
        _cachingEnabled = options.CachingEnabled;
        _time = time;
        _log = log;
        _refreshInterval = Ticks(options.RefreshInterval);
        _minimumRefetchInterval = Ticks(options.MinimumRefetchInterval);
        _staleLifetime = Ticks(options.StaleLifetime);
        if (options.Prefetch)
        {
            RefreshIfDue();
        }
    }

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

    /// <summary>All keys that serve now, fetched if there are none; null where they cannot be had.</summary>
    public async Task<KeySet?> GetAllAsync(CancellationToken cancellationToken)
    {
        if (_cachingEnabled && Current is { } set)
        {
            RefreshIfDue();
            return set;
        }

        Task<KeySet?> fetch;
        lock (_gate)
        {
            if (_fetch == null && CoolDownLeft() > TimeSpan.Zero)
            {
                return null;
            }

            fetch = _fetch ?? StartFetch(soughtKeyId: null);
        }

        return await WaitAsync(fetch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether what was verified with a key still counts. Takes no lock; starts a refresh that is due.</summary>
    public bool Trusts(SigningKey key)
    {
        RefreshIfDue();
        return !key.IsDropped && _time.GetTimestamp() < Volatile.Read(ref _usableUntil);
    }

    public void Dispose()
    {
        _disposing.Cancel();
        MemoryCache.Default.Remove(_cacheKey);
        _client.Dispose();
    }

    private async Task<KeyLookup> FetchAndFindAsync(string keyId, CancellationToken cancellationToken)
    {
        for (var joined = false; ;)
        {
            Task<KeySet?> fetch;
            bool ours;
            lock (_gate)
            {
                // It may have come while this request waited for the gate.
                if (_cachingEnabled && Current is { } current && current.Keys.TryGetValue(keyId, out var known))
                {
                    return KeyLookup.Found(known);
                }

                ours = _fetch == null;
                if (ours && CoolDownLeft() is var left && left > TimeSpan.Zero)
                {
                    return _lastFetchFailed ? KeyLookup.Unavailable(left) : KeyLookup.Unknown;
                }

                fetch = _fetch ?? StartFetch(keyId);
            }

            var set = await WaitAsync(fetch, cancellationToken).ConfigureAwait(false);
            if (set == null)
            {
                lock (_gate)
                {
                    return KeyLookup.Unavailable(CoolDownLeft());
                }
            }

            if (set.Keys.TryGetValue(keyId, out var key))
            {
                return KeyLookup.Found(key);
            }

            // A fetch that was under way when this request came may have asked before the pool had the key. One that began
            // since then has not.
            if (ours || joined)
            {
                return KeyLookup.Unknown;
            }

            joined = true;
        }
    }

    private void RefreshIfDue()
    {
        if (_cachingEnabled && _time.GetTimestamp() >= Volatile.Read(ref _refreshDue))
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

    // Under the gate.
    private Task<KeySet?> StartFetch(string? soughtKeyId)
    {
        Volatile.Write(ref _refreshDue, long.MaxValue);

        // The fetch is everybody's: it must not run in the culture, the identity or the synchronization context of the request
        // that happened to start it.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            return _fetch = Task.Run(() => FetchAsync(soughtKeyId));
        }
    }

    private async Task<KeySet?> FetchAsync(string? soughtKeyId)
    {
        KeySet? set = null;
        try
        {
            var document = await _client.FetchAsync(_disposing.Token).ConfigureAwait(false);
            var parameters = JwksDocument.Read(document, _log.KeySkipped);
            set = new KeySet(ToKeys(parameters), _time.GetTimestamp());
            _log.KeysFetched(set.Keys.Count);
        }
        catch (Exception e)
        {
            // Whatever went wrong, whoever waits must be told that there are no keys.
            if (!_disposing.IsCancellationRequested)
            {
                _log.KeysFetchFailed(e as JwksException ?? new JwksException(JwksFailure.Unexpected, "The fetch failed.", e));
            }
        }

        lock (_gate)
        {
            Conclude(set, soughtKeyId);
        }

        return set;
    }

    // Under the gate.
    private void Conclude(KeySet? set, string? soughtKeyId)
    {
        var now = _time.GetTimestamp();
        _fetch = null;
        _lastFetchFailed = set == null;
        _coolDownUntil = set == null || (soughtKeyId != null && !set.Keys.ContainsKey(soughtKeyId)) ? now + _minimumRefetchInterval : null;
        Volatile.Write(ref _refreshDue, now + (set == null ? _minimumRefetchInterval : _refreshInterval));
        if (set == null || _disposing.IsCancellationRequested)
        {
            return;
        }

        Volatile.Write(ref _usableUntil, set.FetchedAt + _staleLifetime);
        var dropped = Kept()?.Keys.Values.Except(set.Keys.Values) ?? [];
        MemoryCache.Default.Set(_cacheKey, set, new CacheItemPolicy { Priority = CacheItemPriority.NotRemovable });
        foreach (var key in dropped)
        {
            key.Drop();
            _log.KeyDropped(key.Id);
        }
    }

    // A key that is still listed stays the same object: what it verified stays valid, and its RSA objects stay warm.
    private Dictionary<string, SigningKey> ToKeys(Dictionary<string, RSAParameters> parameters)
    {
        var kept = Kept();
        return parameters.ToDictionary(
            entry => entry.Key,
            entry => kept != null && kept.Keys.TryGetValue(entry.Key, out var key) && key.IsSameAs(entry.Value)
                ? key
                : new SigningKey(entry.Key, entry.Value),
            StringComparer.Ordinal);
    }

    private KeySet? Kept() => MemoryCache.Default.Get(_cacheKey) as KeySet;

    // Under the gate.
    private TimeSpan CoolDownLeft()
    {
        var now = _time.GetTimestamp();
        return _cachingEnabled && _coolDownUntil is { } until && until > now ? _time.GetElapsedTime(now, until) : TimeSpan.Zero;
    }

    private static Task<KeySet?> WaitAsync(Task<KeySet?> fetch, CancellationToken cancellationToken) =>
        fetch.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
