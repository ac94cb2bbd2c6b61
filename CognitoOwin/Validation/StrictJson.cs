using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;

namespace CognitoOwin.Validation;

/// <summary>
/// JSON read so that it can mean one thing only: valid UTF-8, one object, no duplicate names at any depth (RFC 7515 §4,
/// RFC 8725 §2.4), no comments, bounded depth. Two parsers that disagree about a token are how checks are got around.
/// </summary>
internal static class StrictJson
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonDocumentOptions Options = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = 16,
    };

    /// <summary>Reads one JSON object; null where the bytes are anything else.</summary>
    public static JsonDocument? ParseObject(byte[] utf8)
    {
        try
        {
            // The reader takes what stands in a string for UTF-8 without a look.
            Utf8.GetCharCount(utf8);
            var document = JsonDocument.Parse(utf8, Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The members of an object by name; null where a name escapes half a surrogate pair.</summary>
    public static Dictionary<string, JsonElement>? MembersOf(JsonElement element)
    {
        var members = new Dictionary<string, JsonElement>(32, StringComparer.Ordinal);
        try
        {
            foreach (var member in element.EnumerateObject())
            {
                members.Add(member.Name, member.Value);
            }

            return members;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The text of a JSON string; null where it is not one, or escapes half a surrogate pair.</summary>
    public static string? TextOf(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The text of a member of an object; null where there is none, or where it is not a string.</summary>
    public static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) ? TextOf(member) : null;

    /// <inheritdoc cref="TextOf(JsonElement, string)"/>
    public static string? TextOf(Dictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out var member) ? TextOf(member) : null;
}
