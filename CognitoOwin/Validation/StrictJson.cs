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

    // Cognito's tokens have about twenty. The hashes of strings are no secret on .NET Framework, so names can be chosen that all
    // have one hash: what it costs to tell them apart must not grow with the square of a token's length.
    private const int MaximumMembers = 1024;

    private static readonly JsonDocumentOptions Options = new()
    {
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = 16,
    };

    /// <summary>Reads one JSON object; null where the bytes are anything else.</summary>
    public static JsonDocument? ParseObject(byte[] utf8) => ParseObject(utf8, out _);

    /// <summary>Reads one JSON object, and its members by name; null where the bytes are anything else.</summary>
    public static JsonDocument? ParseObject(byte[] utf8, out Dictionary<string, JsonElement> members)
    {
        members = [];
        JsonDocument? document = null;
        try
        {
            // The reader takes what stands in a string for UTF-8 without a look.
            Utf8.GetCharCount(utf8);
            document = JsonDocument.Parse(utf8, Options);

            // Duplicate names are found by the one pass that reads the names; JsonDocumentOptions.AllowDuplicateProperties makes
            // a second one, which takes as long as the parsing.
            if (document.RootElement.ValueKind == JsonValueKind.Object && TryReadMembers(document.RootElement, out members))
            {
                return document;
            }
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            // InvalidOperationException: a name escapes half a surrogate pair.
        }

        document?.Dispose();
        return null;
    }

    private static bool TryReadMembers(JsonElement element, out Dictionary<string, JsonElement> members)
    {
        members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            var count = members.Count;
            members[member.Name] = member.Value;
            if (members.Count == count || members.Count > MaximumMembers || !HasUniqueNames(member.Value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasUniqueNames(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return TryReadMembers(element, out _);
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    if (!HasUniqueNames(item))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return true;
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
