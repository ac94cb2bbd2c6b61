using System;
using System.Collections.Generic;
using System.Text.Json;

namespace CognitoOwin.Json;

/// <summary>
/// Holds the members of a JSON object in their order. A token has about twenty members, so a search in an array is as fast as a hash
/// table, and takes a third of the memory.
/// </summary>
internal sealed class JsonMembers
{
    private KeyValuePair<string, JsonValue>[] _members;

    /// <summary>Creates an object without members.</summary>
    public JsonMembers()
        : this([])
    {
    }

    /// <summary>Creates an object.</summary>
    /// <param name="members">The members. Their names must be unique.</param>
    public JsonMembers(KeyValuePair<string, JsonValue>[] members) => _members = members;

    public int Count => _members.Length;

    /// <summary>Finds a member by its exact name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value; the default value if there is no such member.</param>
    /// <returns><see langword="true"/> if there is such a member; otherwise, <see langword="false"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public bool TryGetValue(string name, out JsonValue value)
    {
        if (name == null)
        {
            throw new ArgumentNullException(nameof(name));
        }

        foreach (var member in _members)
        {
            if (member.Key == name)
            {
                value = member.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    public bool ContainsKey(string name) => TryGetValue(name, out _);

    /// <summary>Gets the text of a member that is a string.</summary>
    /// <param name="name">The name of the member.</param>
    /// <returns>The text; null if the member is missing or is anything else.</returns>
    public string? GetString(string name) => TryGetValue(name, out var member) ? member.String : null;

    /// <summary>Removes the members that are null.</summary>
    public void RemoveNulls()
    {
        if (Array.Exists(_members, static member => member.Value.Type == JsonTokenType.Null))
        {
            _members = Array.FindAll(_members, static member => member.Value.Type != JsonTokenType.Null);
        }
    }

    public Enumerator GetEnumerator() => new(_members);

    public IEnumerable<KeyValuePair<string, JsonValue>> AsEnumerable() => _members;

    /// <summary>Enumerates the members without an allocation.</summary>
    public struct Enumerator(KeyValuePair<string, JsonValue>[] members)
    {
        private int _index = -1;

        public readonly KeyValuePair<string, JsonValue> Current => members[_index];

        public bool MoveNext() => ++_index < members.Length;
    }
}
