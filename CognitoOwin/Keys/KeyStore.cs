using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Caching;
using System.Security.Cryptography;
using System.Threading;

namespace CognitoOwin.Keys;

/// <summary>
/// Keeps the keys of one address of a user pool in <see cref="MemoryCache"/>, and drops those that the pool no longer lists.
/// Only <see cref="PoolKeyStores"/> writes to it, under the pool's lock; every request reads it without a lock.
/// </summary>
/// <param name="name">The name of the user pool.</param>
/// <param name="stores">The stores of all addresses of the pool.</param>
/// <param name="time">The clock.</param>
internal sealed class KeyStore(string name, PoolKeyStores stores, TimeProvider time)
{
    // Each store has its own entry, because two parts of an application may fetch the keys of one pool in different ways.
    private readonly string _cacheKey = $"CognitoOwin.Keys:{name}:{Guid.NewGuid():N}";

    // What other addresses of the pool answered to fetches that began after the pending fetch of this one.
    private readonly List<KeySet> _newerAnswers = [];

    // The keys of the last successful fetch. Another part of the application may clear MemoryCache.Default. The next request then
    // fetches the keys again, and this field still tells which of the earlier keys the pool no longer lists.
    private KeySet? _latest;

    // Numbers of the pool's fetches, in the order of their starts.
    private long _latestFetch;
    private long _pendingFetch;
    private volatile bool _isClosed;

    /// <summary>Gets the kept keys; null if there are none, or if they are older than the stale lifetime.</summary>
    public KeySet? Current =>
        MemoryCache.Default.Get(_cacheKey) is KeySet set && stores.AreUsable ? set : null;

    /// <summary>Gets the keys that the last successful fetch brought; null if none has succeeded.</summary>
    public KeySet? Latest => _isClosed ? null : Volatile.Read(ref _latest);

    /// <summary>Gets whether a fetch has ever succeeded, even if the store is closed.</summary>
    public bool HasFetched => Volatile.Read(ref _latest) != null;

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
        return new KeySet(signingKeys, time.GetTimestamp());
    }

    /// <summary>Notes the start of a fetch.</summary>
    /// <param name="fetch">The number of the fetch.</param>
    public void Begin(long fetch)
    {
        _pendingFetch = fetch;
        _newerAnswers.Clear();
    }

    /// <summary>Keeps what the pending fetch brought instead of the previous set.</summary>
    /// <param name="answer">What the fetch brought.</param>
    /// <param name="dropped">Receives the keys that are no longer kept.</param>
    /// <returns>The set that is kept, and the number of the fetch.</returns>
    public (KeySet Set, long Fetch) Replace(KeySet answer, List<SigningKey> dropped)
    {
        // Another address may have dropped a key object while this fetch ran. If this answer is newer, the key is good again,
        // but the tokens that the old object verified must be verified again.
        var set = new KeySet(
            answer.Keys.Values
                .Where(key => _newerAnswers.TrueForAll(newer => newer.Lists(key)))
                .Select(key => key.IsDropped ? new SigningKey(key.Id, key.SecurityKey.Parameters) : key)
                .ToDictionary(key => key.Id, StringComparer.Ordinal),
            answer.FetchedAt);
        _latestFetch = _pendingFetch;
        Keep(set, isKept: true, dropped);
        return (set, _latestFetch);
    }

    /// <summary>Drops the keys that a newer answer of another address does not list.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="fetch">The number of the fetch that brought it.</param>
    /// <param name="dropped">Receives the keys that are no longer kept.</param>
    public void ApplyAnswerOfOther(KeySet answer, long fetch, List<SigningKey> dropped)
    {
        if (_pendingFetch < fetch)
        {
            _newerAnswers.Add(answer);
        }

        if (_latest is { } latest && _latestFetch < fetch && !latest.Keys.Values.All(answer.Lists))
        {
            var left = latest.Keys.Values.Where(answer.Lists).ToDictionary(key => key.Id, StringComparer.Ordinal);
            Keep(new KeySet(left, latest.FetchedAt), MemoryCache.Default.Contains(_cacheKey), dropped);
        }
    }

    /// <summary>Removes the keys from the cache for good.</summary>
    public void Close()
    {
        _isClosed = true;
        MemoryCache.Default.Remove(_cacheKey);
    }

    private void Keep(KeySet set, bool isKept, List<SigningKey> dropped)
    {
        SigningKey[] gone = [.. _latest?.Keys.Values.Except(set.Keys.Values) ?? []];
        Volatile.Write(ref _latest, set);
        foreach (var key in gone)
        {
            key.Drop();
        }

        // The keys are dropped before this, so that they stay dropped even if the cache cannot be written.
        dropped.AddRange(gone);
        if (isKept && set.Keys.Count > 0)
        {
            MemoryCache.Default.Set(_cacheKey, set, new CacheItemPolicy { Priority = CacheItemPriority.NotRemovable });
        }
        else
        {
            MemoryCache.Default.Remove(_cacheKey);
        }
    }
}
