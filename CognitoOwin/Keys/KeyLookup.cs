using System;

namespace CognitoOwin.Keys;

/// <summary>Holds the result of looking up a key: found, unknown to the pool, or unavailable until a later time.</summary>
internal readonly struct KeyLookup
{
    private KeyLookup(SigningKey? key, TimeSpan? retryAfter)
    {
        Key = key;
        RetryAfter = retryAfter;
    }

    /// <summary>Gets the result for a key that the pool does not have.</summary>
    public static KeyLookup Unknown => default;

    public SigningKey? Key { get; }

    /// <summary>Gets the time after which to try again, if the key is unavailable.</summary>
    public TimeSpan? RetryAfter { get; }

    public static KeyLookup FromKey(SigningKey key) => new(key, null);

    public static KeyLookup ReportUnavailable(TimeSpan retryAfter) => new(null, retryAfter);
}
