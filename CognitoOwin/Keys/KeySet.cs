using System.Collections.Generic;

namespace CognitoOwin.Keys;

/// <summary>Holds the keys that one fetch brought.</summary>
internal sealed class KeySet(IReadOnlyDictionary<string, SigningKey> keys, long fetchedAt)
{
    /// <summary>Gets the keys by their <c>kid</c>.</summary>
    public IReadOnlyDictionary<string, SigningKey> Keys { get; } = keys;

    /// <summary>Gets the time of the fetch, as a timestamp of the clock.</summary>
    public long FetchedAt { get; } = fetchedAt;
}
