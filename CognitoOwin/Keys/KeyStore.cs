using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Caching;
using System.Security.Cryptography;
using System.Threading;

namespace CognitoOwin.Keys;

/// <summary>
/// Keeps the keys of one user pool in <see cref="MemoryCache"/>, and drops those that the pool no longer lists. Only the fetcher
/// writes to it, under its lock; every request reads it without a lock.
/// </summary>
internal sealed class KeyStore
{
    private readonly string _cacheKey;
    private readonly long _staleLifetime;
    private readonly TimeProvider _time;

    // The keys of the last successful fetch. Another part of the application may clear MemoryCache.Default. The next request then
    // fetches the keys again, and this field still tells which of the earlier keys the pool no longer lists.
    private KeySet? _latest;

    // A timestamp of the clock.
    private long _usableUntil = long.MinValue;
    private volatile bool _isClosed;

    public KeyStore(CognitoUserPool userPool, CognitoKeysOptions options, TimeProvider time)
    {
        // Each store has its own entry, because two parts of an application may fetch the keys of one pool in different ways.
        _cacheKey = $"CognitoOwin.Keys:{userPool.Name}:{Guid.NewGuid():N}";
        _staleLifetime = time.ToTimestampUnits(options.StaleLifetime);
        _time = time;
    }

    /// <summary>Gets the kept keys; null if there are none, or if they are older than the stale lifetime.</summary>
    public KeySet? Current =>
        MemoryCache.Default.Get(_cacheKey) is KeySet set && _time.GetTimestamp() - set.FetchedAt < _staleLifetime ? set : null;

    /// <summary>
    /// Gets the number and the age of the keys that the last successful fetch brought; null if none has succeeded.
    /// </summary>
    public (int Count, TimeSpan Age)? Latest =>
        Volatile.Read(ref _latest) is { } set && !_isClosed ? (set.Keys.Count, _time.GetElapsedTime(set.FetchedAt)) : null;

    /// <summary>Gets whether a fetch has ever succeeded, even if the store is closed.</summary>
    public bool HasFetched => Volatile.Read(ref _latest) != null;

    /// <summary>Checks whether a token that a key verified may still be accepted. It takes no lock.</summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> if the key is listed and not too old; otherwise, <see langword="false"/>.</returns>
    public bool IsTrusted(SigningKey key) => !key.IsDropped && _time.GetTimestamp() < Volatile.Read(ref _usableUntil);

    /// <summary>
    /// Creates a key set from a document. A key that was listed before stays the same object, so that the tokens it verified stay
    /// valid and its RSA objects stay warm. Only the one running fetch may call this.
    /// </summary>
    /// <param name="keys">The keys of the document.</param>
    /// <returns>The set.</returns>
    public KeySet CreateSet(Dictionary<string, RSAParameters> keys)
    {
        var latest = Volatile.Read(ref _latest);
        var signingKeys = keys.ToDictionary(
            entry => entry.Key,
            entry => latest != null && latest.Keys.TryGetValue(entry.Key, out var key) && key.IsSameAs(entry.Value)
                ? key
                : new SigningKey(entry.Key, entry.Value),
            StringComparer.Ordinal);
        return new KeySet(signingKeys, _time.GetTimestamp());
    }

    /// <summary>Keeps a set instead of the previous one.</summary>
    /// <param name="set">The set.</param>
    /// <returns>The keys that the pool no longer lists.</returns>
    public SigningKey[] Replace(KeySet set)
    {
        if (_isClosed)
        {
            return [];
        }

        SigningKey[] dropped = [.. _latest?.Keys.Values.Except(set.Keys.Values) ?? []];
        Volatile.Write(ref _latest, set);
        foreach (var key in dropped)
        {
            key.Drop();
        }

        // The keys are dropped before this, so that they stay dropped even if the cache cannot be written.
        Volatile.Write(ref _usableUntil, set.FetchedAt + _staleLifetime);
        MemoryCache.Default.Set(_cacheKey, set, new CacheItemPolicy { Priority = CacheItemPriority.NotRemovable });
        return dropped;
    }

    /// <summary>Removes the keys from the cache for good.</summary>
    public void Close()
    {
        _isClosed = true;
        MemoryCache.Default.Remove(_cacheKey);
    }
}
