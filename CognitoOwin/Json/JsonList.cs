namespace CognitoOwin.Json;

/// <summary>Holds a JSON list. It reads the items when they are first needed, because a token that is refused needs few of them.</summary>
/// <param name="text">The JSON of the list, which <see cref="StrictJson"/> has read.</param>
internal sealed class JsonList(string text)
{
    private JsonValue[]? _items;

    public string Text { get; } = text;

    public JsonValue[] Items => _items ??= StrictJson.ParseList(Text)!;
}
