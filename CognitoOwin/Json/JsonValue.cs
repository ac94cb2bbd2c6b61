using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;

namespace CognitoOwin.Json;

/// <summary>A value of JSON that <see cref="StrictJson"/> has read.</summary>
internal readonly struct JsonValue
{
    public JsonValue(JsonTokenType type, string text)
    {
        Type = type;
        Text = text;
    }

    /// <summary>What it is, by the token it begins with; <see cref="JsonTokenType.None"/> where there is none.</summary>
    public JsonTokenType Type { get; }

    /// <summary>What a string says; of anything else the JSON, letter by letter as it came.</summary>
    public string Text { get; }

    /// <summary>What a string says; null of anything else.</summary>
    public string? String => Type == JsonTokenType.String ? Text : null;

    /// <summary>The members of an object by name; null of anything else.</summary>
    public Dictionary<string, JsonValue>? Members =>
        Type == JsonTokenType.StartObject ? StrictJson.ParseObject(StrictJson.Utf8.GetBytes(Text)) : null;

    /// <summary>The items of a list; null of anything else.</summary>
    public List<JsonValue>? Items =>
        Type == JsonTokenType.StartArray ? StrictJson.ParseList(StrictJson.Utf8.GetBytes(Text)) : null;

    /// <summary>Whether this number is one that a <see cref="long"/> holds, and is written as one.</summary>
    public bool IsInt64 => long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    public bool TryGetDouble(out double number)
    {
        number = 0;
        return Type == JsonTokenType.Number && double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }
}
