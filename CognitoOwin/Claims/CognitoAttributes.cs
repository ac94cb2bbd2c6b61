using System.Collections;
using System.Collections.Generic;
using System.Linq;
using CognitoOwin.Json;

namespace CognitoOwin;

/// <summary>
/// A user's attributes by name, as text: <c>attributes["custom:tenant"]</c>. Names are compared to the letter. What is an
/// object or a list in the token is JSON text here.
/// </summary>
public sealed class CognitoAttributes : IEnumerable<KeyValuePair<string, string>>
{
    private readonly Dictionary<string, JsonValue> _values;

    internal CognitoAttributes(Dictionary<string, JsonValue> values) => _values = values;

    /// <summary>
    /// These, and of a profile what is not here. What is told of an address here, whether it is verified among it, is not mixed
    /// with what a profile tells: "verified" belongs to one address.
    /// </summary>
    internal CognitoAttributes With(CognitoAttributes profile)
    {
        var values = new Dictionary<string, JsonValue>(_values, _values.Comparer);
        foreach (var attribute in profile._values)
        {
            var address = attribute.Key switch
            {
                "email" or "email_verified" => "email",
                "phone_number" or "phone_number_verified" => "phone_number",
                _ => null,
            };
            if (!_values.ContainsKey(attribute.Key)
                && (address == null || (!_values.ContainsKey(address) && !_values.ContainsKey(address + "_verified"))))
            {
                values[attribute.Key] = attribute.Value;
            }
        }

        return new CognitoAttributes(values);
    }

    /// <summary>How many attributes there are.</summary>
    public int Count => _values.Count;

    /// <summary>The attribute of this name; <see langword="null"/> where the user has none: Cognito leaves out what is not set.</summary>
    /// <param name="name">The name, such as <c>given_name</c> or <c>custom:tenant</c>.</param>
    public string? this[string name] => _values.TryGetValue(name, out var value) ? value.Text : null;

    /// <summary>Whether the user has an attribute of this name.</summary>
    /// <param name="name">The name, such as <c>given_name</c> or <c>custom:tenant</c>.</param>
    public bool Contains(string name) => _values.ContainsKey(name);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
        _values.Select(static value => new KeyValuePair<string, string>(value.Key, value.Value.Text)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
