using System.Collections.Generic;

namespace CognitoOwin.Keys;

/// <summary>Holds the keys that one fetch brought.</summary>
internal sealed class KeySet(IReadOnlyDictionary<string, SigningKey> keys, long fetchedAt)
{
    /// <summary>Gets the keys by their <c>kid</c>.</summary>
    public IReadOnlyDictionary<string, SigningKey> Keys { get; } = keys;

    /// <summary>Gets the time of the fetch, as a timestamp of the clock.</summary>
    public long FetchedAt { get; } = fetchedAt;

    /// <summary>Checks whether the set has a key, under the same <c>kid</c> and with the same numbers.</summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> if the set has it; otherwise, <see langword="false"/>.</returns>
    public bool Lists(SigningKey key) => Keys.TryGetValue(key.Id, out var listed) && listed.IsSameAs(key.SecurityKey.Parameters);
}
