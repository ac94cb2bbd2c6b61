using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using CognitoOwin.Json;

namespace CognitoOwin;

/// <summary>
/// Holds a user's attributes by name, as text: <c>attributes["custom:tenant"]</c>. Names are case-sensitive. An object or a list
/// of the token is JSON text here; <see cref="GetAll"/> gives the items of a list. A claim that is null is absent.
/// </summary>
public sealed class CognitoAttributes : IEnumerable<KeyValuePair<string, string>>
{
    private readonly JsonMembers _values;

    internal CognitoAttributes(JsonMembers values) => _values = values;

    /// <summary>
    /// Adds the attributes of a profile that are missing here. If an address or its <c>_verified</c> attribute is here, neither
    /// is taken from the profile, because "verified" belongs to one address.
    /// </summary>
    /// <param name="profile">The profile.</param>
    /// <returns>The attributes of both.</returns>
    internal CognitoAttributes MergeProfile(CognitoAttributes profile)
    {
        List<KeyValuePair<string, JsonValue>> values = [.. _values.AsEnumerable()];
        foreach (var attribute in profile._values)
        {
            var address = attribute.Key switch
            {
                "email" or "email_verified" => "email",
                "phone_number" or "phone_number_verified" => "phone_number",
                _ => null,
            };
            if (attribute.Value.Type != JsonTokenType.Null
                && !_values.ContainsKey(attribute.Key)
                && (address == null || (!_values.ContainsKey(address) && !_values.ContainsKey(address + "_verified"))))
            {
                values.Add(attribute);
            }
        }

        return new CognitoAttributes(new JsonMembers([.. values]));
    }

    /// <summary>Gets the number of attributes.</summary>
    public int Count => _values.Count;

    /// <summary>
    /// Gets the attribute of a name; <see langword="null"/> if it is missing. Cognito omits an attribute that is not set.
    /// </summary>
    /// <param name="name">The name, such as <c>given_name</c> or <c>custom:tenant</c>.</param>
    /// <exception cref="System.ArgumentNullException"><paramref name="name"/> is null.</exception>
    public string? this[string name] => _values.TryGetValue(name, out var value) ? value.Text : null;

    /// <summary>Gets the items of an attribute that is a list.</summary>
    /// <param name="name">The name, such as <c>custom:roles</c>.</param>
    /// <returns>The items as text, or the one value; empty if the attribute is missing.</returns>
    /// <exception cref="System.ArgumentNullException"><paramref name="name"/> is null.</exception>
    public IReadOnlyList<string> GetAll(string name)
    {
        if (!_values.TryGetValue(name, out var value))
        {
            return [];
        }

        return value.Items is { } items ? [.. items.Where(item => item.Type != JsonTokenType.Null).Select(item => item.Text)] : [value.Text];
    }

    /// <summary>Checks whether the user has an attribute of a name.</summary>
    /// <param name="name">The name, such as <c>given_name</c> or <c>custom:tenant</c>.</param>
    /// <returns><see langword="true"/> if the user has the attribute; otherwise, <see langword="false"/>.</returns>
    /// <exception cref="System.ArgumentNullException"><paramref name="name"/> is null.</exception>
    public bool Contains(string name) => _values.ContainsKey(name);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
        _values.AsEnumerable().Select(static value => new KeyValuePair<string, string>(value.Key, value.Value.Text)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
