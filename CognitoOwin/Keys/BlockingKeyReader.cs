using System;
using System.Linq;

namespace CognitoOwin.Keys;

/// <summary>
/// Finds keys for callers that can only wait by blocking their thread. It waits for the fetch itself and for nothing that needs
/// the thread pool, because all threads of the pool may be blocked here.
/// </summary>
/// <param name="keys">The keys of an issuer.</param>
/// <param name="timeout">The longest that a call waits for a fetch.</param>
internal sealed class BlockingKeyReader(AddressKeys keys, TimeSpan timeout)
{
    /// <summary>Finds a key, with a fetch if the key is not kept.</summary>
    /// <param name="keyId">The <c>kid</c> of the key.</param>
    /// <returns>The key; null if the pool does not have it, or if it is unavailable.</returns>
    public SigningKey? Find(string keyId)
    {
        if (keys.FindKept(keyId) is { } kept)
        {
            return kept;
        }

        var own = FetchAndFind(keys, keyId);
        return own.HasFailed ? keys.FindKept(keyId) ?? FindSubstitute(keyId) : own.Key;
    }

    /// <summary>Gets all keys, with a fetch if none are kept.</summary>
    /// <returns>The keys; null if they are unavailable.</returns>
    public KeySet? GetAll()
    {
        if (keys.GetKept() is { } kept)
        {
            return kept;
        }

        return Fetch(keys) ?? keys.GetKept() ?? FetchSubstitute();
    }

    private SigningKey? FindSubstitute(string keyId)
    {
        var substitutes = keys.GetSubstitutes(out _);

        // Start all fetches first, so that they run at the same time.
        foreach (var substitute in substitutes)
        {
            substitute.Fetcher.JoinOrStart(keyId, issuedAt: null, out _, out _);
        }

        return substitutes
            .Select(substitute => FetchAndFind(substitute, keyId).Key)
            .FirstOrDefault(key => key != null && keys.MaySubstitute(key));
    }

    private KeySet? FetchSubstitute()
    {
        var substitutes = keys.GetSubstitutes(out _);
        foreach (var substitute in substitutes)
        {
            substitute.Fetcher.StartIfDue();
        }

        return substitutes.Select(Fetch).FirstOrDefault(keys.MaySubstitute);
    }

    private KeySet? Fetch(AddressKeys address) =>
        address.Fetcher.JoinOrStart() is { } fetch && fetch.Wait(timeout) ? fetch.Result : null;

    private KeyLookup FetchAndFind(AddressKeys address, string keyId)
    {
        for (var isLater = false; ; isLater = true)
        {
            // A thread that blocks must not wait for a fetch that is not due yet, so iat makes no difference.
            if (address.Fetcher.JoinOrStart(keyId, issuedAt: null, out var lookup, out var isNew) is not { } fetch)
            {
                if (lookup.Key == null)
                {
                    address.Fetcher.ReportRefusal(lookup);
                }

                return lookup;
            }

            if (!fetch.Wait(timeout))
            {
                return KeyLookup.ReportUnavailable(TimeSpan.Zero);
            }

            if (address.FindIn(fetch.Result, keyId, isNew || isLater) is { } found)
            {
                return found;
            }
        }
    }
}
