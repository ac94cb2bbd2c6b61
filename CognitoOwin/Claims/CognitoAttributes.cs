using System.Collections;
using System.Collections.Generic;

namespace CognitoOwin;

/// <summary>
/// A user's attributes by name, as text: <c>attributes["custom:tenant"]</c>. Names are compared to the letter. What is an
/// object or a list in the token is JSON text here.
/// </summary>
public sealed class CognitoAttributes : IEnumerable<KeyValuePair<string, string>>
{
    private readonly Dictionary<string, string> _values;

    internal CognitoAttributes(Dictionary<string, string> values) => _values = values;

    /// <summary>How many attributes there are.</summary>
    public int Count => _values.Count;

    /// <summary>The attribute of this name; <see langword="null"/> where the user has none: Cognito leaves out what is not set.</summary>
    /// <param name="name">The name, such as <c>given_name</c> or <c>custom:tenant</c>.</param>
    public string? this[string name] => _values.TryGetValue(name, out var value) ? value : null;

    /// <summary>Whether the user has an attribute of this name.</summary>
    /// <param name="name">The name, such as <c>given_name</c> or <c>custom:tenant</c>.</param>
    public bool Contains(string name) => _values.ContainsKey(name);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
