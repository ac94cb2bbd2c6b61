using System;

namespace CognitoOwin.Keys;

/// <summary>
/// Holds the result of looking up a key: found, unknown to the pool, unavailable because a fetch failed, or undecided until the
/// next fetch.
/// </summary>
internal readonly struct KeyLookup
{
    private KeyLookup(SigningKey? key, TimeSpan? retryAfter, bool isUndecided)
    {
        Key = key;
        RetryAfter = retryAfter;
        IsUndecided = isUndecided;
    }

    /// <summary>Gets the result for a key that the pool does not have.</summary>
    public static KeyLookup Unknown => default;

    public SigningKey? Key { get; }

    /// <summary>Gets the time after which to try again, if the key is unavailable or the lookup is undecided.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>
    /// Gets whether the pool may have published the key since the last fetch, which succeeded, and no fetch is due yet.
    /// </summary>
    public bool IsUndecided { get; }

    /// <summary>Gets whether the key is unavailable because a fetch failed.</summary>
    public bool HasFailed => RetryAfter != null && !IsUndecided;

    public static KeyLookup FromKey(SigningKey key) => new(key, null, isUndecided: false);

    public static KeyLookup ReportUnavailable(TimeSpan retryAfter) => new(null, retryAfter, isUndecided: false);

    public static KeyLookup ReportUndecided(TimeSpan retryAfter) => new(null, retryAfter, isUndecided: true);
}
