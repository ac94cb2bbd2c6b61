using System.Globalization;
using System.Text.Json;

namespace CognitoOwin.Json;

/// <summary>Holds a JSON value that <see cref="StrictJson"/> has read.</summary>
internal readonly struct JsonValue
{
    // A string; for a list a JsonList, so that all copies of this value share the items.
    private readonly object _content;

    public JsonValue(JsonTokenType type, string text)
    {
        Type = type;
        IsInt64 = type == JsonTokenType.Number && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        _content = type == JsonTokenType.StartArray ? new JsonList(text) : text;
    }

    /// <summary>
    /// Gets the kind of value, as the JSON token that starts it; <see cref="JsonTokenType.None"/> if there is no value.
    /// </summary>
    public JsonTokenType Type { get; }

    /// <summary>Gets the text of a string; for any other value its JSON, exactly as it came.</summary>
    public string Text => _content as string ?? ((JsonList)_content).Text;

    /// <summary>Gets the text of a string; null for any other value.</summary>
    public string? String => Type == JsonTokenType.String ? Text : null;

    /// <summary>Gets the members of an object by name; null for any other value.</summary>
    public JsonMembers? Members =>
        Type == JsonTokenType.StartObject ? StrictJson.ParseObject(StrictJson.Utf8.GetBytes(Text)) : null;

    /// <summary>Gets the items of a list; null for any other value.</summary>
    public JsonValue[]? Items => (_content as JsonList)?.Items;

    /// <summary>
    /// Gets whether this number is an integer that a <see cref="long"/> can hold, written without fraction and exponent.
    /// </summary>
    public bool IsInt64 { get; }

    /// <summary>Reads a number.</summary>
    /// <param name="number">The number; 0 if there is none.</param>
    /// <returns><see langword="true"/> if the value is a number; otherwise, <see langword="false"/>.</returns>
    public bool TryGetDouble(out double number)
    {
        number = 0;
        return Type == JsonTokenType.Number && double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }
}
