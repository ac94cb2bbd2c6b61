using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace CognitoOwin.Keys;

/// <summary>
/// Holds the key stores of all addresses of one user pool, and applies the rules between them: a key that is missing from a newer
/// answer of any address is dropped, and a successful fetch renews what the other addresses brought.
/// </summary>
internal sealed class PoolKeyStores(CognitoKeysOptions options, TimeProvider time)
{
    // Limits the memory. If a pool drops more keys, no address may substitute another any more.
    private const int MaximumRetired = 1000;

    private readonly bool _cachingEnabled = options.CachingEnabled;
    private readonly long _staleLifetime = time.ToTimestampUnits(options.StaleLifetime);
    private readonly List<KeyStore> _stores = [];

    // The kid of every key that was dropped. Another address may list one again, because its answer is out of date.
    private readonly ConcurrentDictionary<string, bool> _retired = new(StringComparer.Ordinal);

    private long _lastFetch;
    private bool _isClosed;
    private volatile bool _isRetiredFull;

    // A timestamp of the clock.
    private long _usableUntil = long.MinValue;

    /// <summary>Gets the lock that guards all writes, the schedules and the pending fetches of the pool.</summary>
    public object Gate { get; } = new();

    /// <summary>Gets whether the last successful fetch is not too long ago. It takes no lock.</summary>
    public bool AreUsable => time.GetTimestamp() < Volatile.Read(ref _usableUntil);

    /// <summary>Gets whether tokens can be validated with kept keys.</summary>
    public bool HasUsableKeys => _cachingEnabled && _stores.Exists(static store => store.Current != null);

    /// <summary>
    /// Gets the number and the age of the keys that the last successful fetch brought; null if none has succeeded.
    /// </summary>
    public (int Count, TimeSpan Age)? Latest =>
        _stores.Select(static store => store.Latest).OfType<KeySet>().OrderByDescending(static set => set.FetchedAt).FirstOrDefault() is { } set
            ? (set.Keys.Count, time.GetElapsedTime(set.FetchedAt))
            : null;

    /// <summary>Creates the store of one more address. Call it before the first fetch.</summary>
    /// <param name="name">The name of the user pool.</param>
    /// <returns>The store.</returns>
    public KeyStore Add(string name)
    {
        var store = new KeyStore(name, this, time);
        _stores.Add(store);
        return store;
    }

    /// <summary>Checks whether a token that a key verified may still be accepted. It takes no lock.</summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> if the key is listed and not too old; otherwise, <see langword="false"/>.</returns>
    public bool IsTrusted(SigningKey key) => !key.IsDropped && AreUsable;

    /// <summary>
    /// Checks whether a key may verify the tokens of other issuers of the pool than the one whose address lists it. A key that
    /// was dropped once may not: only the address of the token's own issuer can make it good again. It takes no lock.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> if the key was never dropped; otherwise, <see langword="false"/>.</returns>
    public bool MaySubstitute(SigningKey key) => !_isRetiredFull && !_retired.ContainsKey(key.Id);

    /// <summary>Notes the start of a fetch. Call this only while holding <see cref="Gate"/>.</summary>
    /// <param name="store">The store of the address that is fetched.</param>
    public void Begin(KeyStore store) => store.Begin(++_lastFetch);

    /// <summary>Keeps what a fetch brought. Call this only while holding <see cref="Gate"/>.</summary>
    /// <param name="store">The store of the address that was fetched.</param>
    /// <param name="answer">What the fetch brought.</param>
    /// <param name="dropped">Receives the keys that the pool no longer lists.</param>
    /// <returns>The set that is kept.</returns>
    public KeySet Replace(KeyStore store, KeySet answer, List<SigningKey> dropped)
    {
        if (_isClosed)
        {
            return answer;
        }

        // Renew at the end, so that no key that is dropped here is trusted in between.
        var (set, fetch) = store.Replace(answer, dropped);
        foreach (var other in _stores.Where(other => other != store))
        {
            other.ApplyAnswerOfOther(answer, fetch, dropped);
        }

        foreach (var key in dropped)
        {
            if (_retired.Count == MaximumRetired)
            {
                _isRetiredFull = true;
                break;
            }

            _retired[key.Id] = true;
        }

        Volatile.Write(ref _usableUntil, answer.FetchedAt + _staleLifetime);
        return set;
    }

    /// <summary>Removes all keys from the cache for good. Call this only while holding <see cref="Gate"/>.</summary>
    public void Close()
    {
        _isClosed = true;
        _stores.ForEach(static store => store.Close());
    }
}
