using System;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Keys;

/// <summary>
/// Finds the public keys of one user pool: a kept key at once, and any other after a fetch that all who wait share.
/// </summary>
internal sealed class PoolKeys : IDisposable
{
    private readonly bool _cachingEnabled;
    private readonly KeyStore _store;
    private readonly KeyFetcher _fetcher;

    public PoolKeys(CognitoUserPool userPool, CognitoKeysOptions options, TimeProvider time, CognitoLog log)
    {
        _cachingEnabled = options.CachingEnabled;
        _store = new KeyStore(userPool, options, time);
        _fetcher = new KeyFetcher(userPool, options, time, log, _store);
        if (options.Prefetch)
        {
            _fetcher.StartIfDue();
        }
    }

    /// <summary>Finds a key, with a fetch if the key is not kept.</summary>
    /// <param name="keyId">The <c>kid</c> of the key.</param>
    /// <param name="cancellationToken">Ends the wait. The fetch continues, because other requests may wait for it.</param>
    /// <returns>The result of the lookup.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask<KeyLookup> FindAsync(string keyId, CancellationToken cancellationToken) =>
        FindKept(keyId) is { } key ? new(KeyLookup.FromKey(key)) : new(FetchAndFindAsync(keyId, cancellationToken));

    /// <summary>Finds a key among the kept ones, and starts a refresh that is due.</summary>
    /// <param name="keyId">The <c>kid</c> of the key.</param>
    /// <returns>The key; null if it is not kept.</returns>
    public SigningKey? FindKept(string keyId)
    {
        if (!_cachingEnabled || _store.Current is not { } set || !set.Keys.TryGetValue(keyId, out var key))
        {
            return null;
        }

        _fetcher.StartIfDue();
        return key;
    }

    /// <summary>Gets all kept keys, and starts a refresh that is due.</summary>
    /// <returns>The keys; null if none are kept.</returns>
    public KeySet? GetKept()
    {
        if (!_cachingEnabled || _store.Current is not { } set)
        {
            return null;
        }

        _fetcher.StartIfDue();
        return set;
    }

    /// <inheritdoc cref="KeyFetcher.JoinOrStart()"/>
    public Task<KeySet?>? JoinFetch() => _fetcher.JoinOrStart();

    /// <inheritdoc cref="KeyFetcher.JoinOrStart(string, out KeyLookup, out bool)"/>
    public Task<KeySet?>? JoinFetch(string keyId, out KeyLookup lookup, out bool isNew) =>
        _fetcher.JoinOrStart(keyId, out lookup, out isNew);

    /// <summary>Finds a key in the result of a fetch.</summary>
    /// <param name="set">The result; null if the fetch failed.</param>
    /// <param name="keyId">The <c>kid</c> of the key.</param>
    /// <param name="isUpToDate">
    /// Whether the fetch began after the request came. One that began before may have missed a key that the pool has now.
    /// </param>
    /// <returns>The result of the lookup; null if the request must join another fetch.</returns>
    public KeyLookup? FindIn(KeySet? set, string keyId, bool isUpToDate)
    {
        if (set == null)
        {
            return KeyLookup.ReportUnavailable(_fetcher.GetCoolDownLeft());
        }

        if (set.Keys.TryGetValue(keyId, out var key))
        {
            return KeyLookup.FromKey(key);
        }

        return isUpToDate ? KeyLookup.Unknown : null;
    }

    /// <summary>
    /// Checks whether a token that a key verified may still be accepted. It takes no lock, and starts a refresh that is due.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> if the key may still be used; otherwise, <see langword="false"/>.</returns>
    public bool IsTrusted(SigningKey key)
    {
        if (_cachingEnabled)
        {
            _fetcher.StartIfDue();
        }

        return _store.IsTrusted(key);
    }

    /// <summary>
    /// Gets the state of the pool's keys, and starts a fetch that is due, so that a later call knows its result.
    /// </summary>
    /// <returns>The state.</returns>
    public CognitoPoolHealth GetHealth()
    {
        _fetcher.StartIfDue();
        return _fetcher.GetHealth();
    }

    /// <summary>Starts a fetch in the background if one is due. The call never blocks.</summary>
    public void FetchIfDue() => _fetcher.StartIfDue();

    public void Dispose() => _fetcher.Dispose();

    private async Task<KeyLookup> FetchAndFindAsync(string keyId, CancellationToken cancellationToken)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            if (JoinFetch(keyId, out var lookup, out var isNew) is not { } fetch)
            {
                return lookup;
            }

            var set = await fetch.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            if (FindIn(set, keyId, isNew || isSecond) is { } found)
            {
                return found;
            }
        }
    }
}
