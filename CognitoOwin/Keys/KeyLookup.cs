using System;

namespace CognitoOwin.Keys;

/// <summary>The key of a <c>kid</c>; or none, as the pool has no such key; or none as yet, and when to ask again.</summary>
internal readonly struct KeyLookup
{
    private KeyLookup(SigningKey? key, TimeSpan? retryAfter)
    {
        Key = key;
        RetryAfter = retryAfter;
    }

    public static KeyLookup Unknown => default;

    public SigningKey? Key { get; }

    public TimeSpan? RetryAfter { get; }

    public static KeyLookup Found(SigningKey key) => new(key, null);

    public static KeyLookup Unavailable(TimeSpan retryAfter) => new(null, retryAfter);
}
