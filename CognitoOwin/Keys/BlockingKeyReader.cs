using System;

namespace CognitoOwin.Keys;

/// <summary>
/// Finds keys for callers that can only wait by blocking their thread. It waits for the fetch itself and for nothing that needs
/// the thread pool, because all threads of the pool may be blocked here.
/// </summary>
/// <param name="keys">The keys of a user pool.</param>
/// <param name="timeout">The longest that a call waits for a fetch.</param>
internal sealed class BlockingKeyReader(PoolKeys keys, TimeSpan timeout)
{
    /// <summary>Finds a key, with a fetch if the key is not kept.</summary>
    /// <param name="keyId">The <c>kid</c> of the key.</param>
    /// <returns>The result of the lookup.</returns>
    public KeyLookup Find(string keyId)
    {
        if (keys.FindKept(keyId) is { } key)
        {
            return KeyLookup.FromKey(key);
        }

        for (var isSecond = false; ; isSecond = true)
        {
            if (keys.JoinFetch(keyId, out var lookup, out var isNew) is not { } fetch)
            {
                return lookup;
            }

            if (!fetch.Wait(timeout))
            {
                return KeyLookup.ReportUnavailable(TimeSpan.Zero);
            }

            if (keys.FindIn(fetch.Result, keyId, isNew || isSecond) is { } found)
            {
                return found;
            }
        }
    }

    /// <summary>Gets all keys, with a fetch if none are kept.</summary>
    /// <returns>The keys; null if they are unavailable.</returns>
    public KeySet? GetAll()
    {
        if (keys.GetKept() is { } kept)
        {
            return kept;
        }

        return keys.JoinFetch() is { } fetch && fetch.Wait(timeout) ? fetch.Result : null;
    }
}
