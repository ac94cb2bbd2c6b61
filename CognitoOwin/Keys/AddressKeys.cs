using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Keys;

/// <summary>
/// Finds the public keys for the tokens of one issuer: a kept key at once, and any other key after a fetch, which all
/// waiting requests share.
/// If the issuer's own address cannot be fetched, the keys of another address of the same user pool may verify its tokens.
/// </summary>
/// <param name="pool">The keys of the user pool.</param>
/// <param name="fetcher">Fetches the keys of the issuer's own address.</param>
/// <param name="stores">The key stores of the pool.</param>
/// <param name="options">How keys are fetched and kept.</param>
/// <param name="time">The clock.</param>
internal sealed class AddressKeys(
    PoolKeys pool, KeyFetcher fetcher, PoolKeyStores stores, CognitoKeysOptions options, TimeProvider time)
{
    private readonly bool _cachingEnabled = options.CachingEnabled;
    private readonly TimeSpan _longestWait = options.FetchTimeout;

    /// <summary>Gets the fetcher of the issuer's own address.</summary>
    public KeyFetcher Fetcher { get; } = fetcher;

    /// <summary>Finds a key, with a fetch if the key is not kept.</summary>
    /// <param name="keyId">The <c>kid</c> of the key.</param>
    /// <param name="issuedAt"><c>iat</c> of the token; null if it is absent.</param>
    /// <param name="cancellationToken">Ends the wait. The fetch continues, because other requests may wait for it.</param>
    /// <returns>The result of the lookup.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask<KeyLookup> FindAsync(string keyId, DateTimeOffset? issuedAt, CancellationToken cancellationToken) =>
        FindKept(keyId) is { } key ? new(KeyLookup.FromKey(key)) : new(FetchAndFindAsync(keyId, issuedAt, cancellationToken));

    /// <summary>Finds a key among the kept ones, and starts a refresh that is due.</summary>
    /// <param name="keyId">The <c>kid</c> of the key.</param>
    /// <returns>The key; null if it is not kept.</returns>
    public SigningKey? FindKept(string keyId) => FindOwn(keyId) ?? (Fetcher.LastFailure == null ? null : FindAtOther(keyId));

    /// <summary>Gets all kept keys, and starts a refresh that is due.</summary>
    /// <returns>The keys; null if none are kept.</returns>
    public KeySet? GetKept()
    {
        var kept = Fetcher.Kept;
        if (kept == null && Fetcher.LastFailure != null)
        {
            kept = pool.GetOthers(this).Select(static other => other.Fetcher.Kept).FirstOrDefault(MaySubstitute);
        }

        if (kept != null)
        {
            StartIfDue();
        }

        return kept;
    }

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
            return KeyLookup.ReportUnavailable(Fetcher.GetCoolDownLeft());
        }

        if (set.Keys.TryGetValue(keyId, out var key))
        {
            return KeyLookup.FromKey(key);
        }

        return isUpToDate ? KeyLookup.Unknown : null;
    }

    /// <summary>Gets the addresses to ask now that the issuer's own address could not be fetched.</summary>
    /// <param name="isAbsent">
    /// Whether the own address answers 403 or 404, as AWS does for an issuer that the pool does not use. The other addresses then
    /// decide about a key; otherwise the key may be one that only the own address lists.
    /// </param>
    /// <returns>The addresses.</returns>
    public IReadOnlyList<AddressKeys> GetSubstitutes(out bool isAbsent)
    {
        isAbsent = Fetcher.LastFailure?.StatusCode is (int)HttpStatusCode.Forbidden or (int)HttpStatusCode.NotFound;
        var byKept = pool.GetOthers(this).ToLookup(static other => other.Fetcher.Kept != null);
        return [.. byKept[isAbsent && byKept.Contains(true)]];
    }

    /// <inheritdoc cref="PoolKeyStores.MaySubstitute"/>
    public bool MaySubstitute(SigningKey key) => stores.MaySubstitute(key);

    /// <summary>Checks whether all keys of another address may verify tokens of this issuer.</summary>
    /// <param name="set">The keys; may be null.</param>
    /// <returns><see langword="true"/> if there are keys, and none of them was ever dropped.</returns>
    public bool MaySubstitute(KeySet? set) => set != null && set.Keys.Values.All(stores.MaySubstitute);

    /// <summary>
    /// Checks whether a token that a key verified may still be accepted. It takes no lock, and starts a refresh that is due.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> if the key may still be used; otherwise, <see langword="false"/>.</returns>
    public bool IsTrusted(SigningKey key)
    {
        if (_cachingEnabled)
        {
            StartIfDue();
        }

        return stores.IsTrusted(key);
    }

    private void StartIfDue()
    {
        // While the own address fails, a fetch is due every few seconds. The tokens then rely on keys of other addresses, so
        // keep those up to date too.
        if (Fetcher.StartIfDue() != null && Fetcher.LastFailure != null)
        {
            pool.RefreshKept();
        }
    }

    private SigningKey? FindOwn(string keyId)
    {
        if (Fetcher.Kept is not { } set || !set.Keys.TryGetValue(keyId, out var key))
        {
            return null;
        }

        StartIfDue();
        return key;
    }

    private SigningKey? FindAtOther(string keyId)
    {
        foreach (var other in pool.GetOthers(this))
        {
            if (other.Fetcher.Kept is { } set && set.Keys.TryGetValue(keyId, out var key) && stores.MaySubstitute(key))
            {
                StartIfDue();
                return key;
            }
        }

        return null;
    }

    private async Task<KeyLookup> FetchAndFindAsync(string keyId, DateTimeOffset? issuedAt, CancellationToken cancellationToken)
    {
        var (own, isRefused) = await FetchOwnAndFindAsync(keyId, issuedAt, cancellationToken).ConfigureAwait(false);
        var lookup = own.HasFailed ? await FindSubstituteAsync(own, keyId, issuedAt, cancellationToken).ConfigureAwait(false) : own;
        if (isRefused && lookup.Key == null)
        {
            Fetcher.ReportRefusal(lookup);
        }

        return lookup;
    }

    private async Task<KeyLookup> FindSubstituteAsync(
        KeyLookup own, string keyId, DateTimeOffset? issuedAt, CancellationToken cancellationToken)
    {
        if (FindAtOther(keyId) is { } kept)
        {
            return KeyLookup.FromKey(kept);
        }

        // Start all fetches first, so that they run at the same time.
        Task<(KeyLookup Lookup, bool IsRefused)>[] pending =
        [
            .. GetSubstitutes(out var isAbsent)
                .Select(substitute => substitute.FetchOwnAndFindAsync(keyId, issuedAt, cancellationToken)),
        ];
        foreach (var task in pending)
        {
            var (lookup, _) = await task.ConfigureAwait(false);
            if (lookup.Key is { } key && !stores.MaySubstitute(key))
            {
                lookup = KeyLookup.Unknown;
            }

            if (lookup.Key != null || (isAbsent && !lookup.HasFailed))
            {
                return lookup;
            }
        }

        return own;
    }

    private async Task<(KeyLookup Lookup, bool IsRefused)> FetchOwnAndFindAsync(
        string keyId, DateTimeOffset? issuedAt, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var isLater = false; ; isLater = true)
        {
            if (Fetcher.JoinOrStart(keyId, issuedAt, out var lookup, out var isNew) is { } fetch)
            {
                var set = await fetch.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                if (FindIn(set, keyId, isNew || isLater) is { } found)
                {
                    return (found, false);
                }
            }

            // If the next fetch starts too late for this request, do not wait: the places are limited.
            else if (!lookup.IsUndecided
                || lookup.RetryAfter > _longestWait - time.GetElapsedTime(started)
                || !await pool.TryWaitAsync(lookup.RetryAfter!.Value, cancellationToken).ConfigureAwait(false))
            {
                return (lookup, lookup.Key == null);
            }
        }
    }
}
