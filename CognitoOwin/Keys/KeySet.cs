using System.Collections.Generic;

namespace CognitoOwin.Keys;

/// <summary>The keys of a user pool as one fetch brought them.</summary>
internal sealed class KeySet(IReadOnlyDictionary<string, SigningKey> keys, long fetchedAt)
{
    public IReadOnlyDictionary<string, SigningKey> Keys { get; } = keys;

    /// <summary>When they came, as a timestamp of the clock.</summary>
    public long FetchedAt { get; } = fetchedAt;
}
