using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;

namespace CognitoOwin.Json;

/// <summary>
/// JSON read so that it can mean one thing only: valid UTF-8, no duplicate names at any depth (RFC 7515 §4, RFC 8725 §2.4), no
/// half surrogate pairs, no comments, bounded depth. Two parsers that disagree about a token are how checks are got around.
/// </summary>
/// <remarks>
/// One pass over <see cref="Utf8JsonReader"/>, which is what <see cref="JsonDocument"/> is made with: a document has to be searched
/// again for names, and again for texts. What stands in an inner object or list is judged here, and read once it is asked for.
/// </remarks>
internal static class StrictJson
{
    // Cognito's tokens have about twenty. The hashes of strings are no secret on .NET Framework, so names can be chosen that all
    // have one hash: what it costs to tell them apart must not grow with the square of a token's length. 512 such names cost a
    // quarter of a millisecond under Mono, 1,024 a whole one.
    private const int MaximumMembers = 512;

    private static readonly JsonReaderOptions Options = new()
    {
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = 16,
    };

    public static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads one JSON object, and gives its members by name; null where the bytes are anything else.</summary>
    public static Dictionary<string, JsonValue>? ParseObject(byte[] utf8) => Parse(utf8, JsonTokenType.StartObject, ReadMembers);

    /// <summary>Reads one JSON list, and gives its items; null where the bytes are anything else.</summary>
    public static List<JsonValue>? ParseList(byte[] utf8) => Parse(utf8, JsonTokenType.StartArray, ReadItems);

    /// <summary>The text of a member that is a string; null where there is none, or where it is anything else.</summary>
    public static string? StringOf(this Dictionary<string, JsonValue> members, string name) =>
        members.TryGetValue(name, out var member) ? member.String : null;

    private static T? Parse<T>(byte[] utf8, JsonTokenType type, Read<T> read)
        where T : class
    {
        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            reader.Read();
            if (reader.TokenType != type)
            {
                return null;
            }

            var value = read(ref reader, utf8);

            // Throws where anything follows.
            reader.Read();
            return value;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            // InvalidOperationException: a string that is not valid UTF-8, or escapes half a surrogate pair.
            return null;
        }
    }

    private static Dictionary<string, JsonValue> ReadMembers(ref Utf8JsonReader reader, byte[] utf8)
    {
        // A member of Cognito's tokens takes some 35 bytes. A dictionary that grows hashes all of its names again each time.
        var members = new Dictionary<string, JsonValue>(Math.Min(utf8.Length / 32, MaximumMembers), StringComparer.Ordinal);
        for (reader.Read(); reader.TokenType != JsonTokenType.EndObject; reader.Read())
        {
            var name = reader.GetString()!;
            var count = members.Count;
            reader.Read();
            members[name] = ReadValue(ref reader, utf8);
            ThrowUnlessNew(members.Count, count);
        }

        return members;
    }

    private static List<JsonValue> ReadItems(ref Utf8JsonReader reader, byte[] utf8)
    {
        var items = new List<JsonValue>();
        for (reader.Read(); reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            items.Add(ReadValue(ref reader, utf8));
        }

        return items;
    }

    private static JsonValue ReadValue(ref Utf8JsonReader reader, byte[] utf8)
    {
        var type = reader.TokenType;
        if (type == JsonTokenType.String)
        {
            return new JsonValue(type, reader.GetString()!);
        }

        var start = (int)reader.TokenStartIndex;
        Judge(ref reader);
        return new JsonValue(type, Utf8.GetString(utf8, start, (int)reader.BytesConsumed - start));
    }

    // Goes to the end of the value that the reader is at the beginning of.
    private static void Judge(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var names = new HashSet<string>(StringComparer.Ordinal);
                for (reader.Read(); reader.TokenType != JsonTokenType.EndObject; reader.Read())
                {
                    var count = names.Count;
                    names.Add(reader.GetString()!);
                    ThrowUnlessNew(names.Count, count);
                    reader.Read();
                    Judge(ref reader);
                }

                break;
            case JsonTokenType.StartArray:
                for (reader.Read(); reader.TokenType != JsonTokenType.EndArray; reader.Read())
                {
                    Judge(ref reader);
                }

                break;
            case JsonTokenType.String when reader.ValueIsEscaped:
                // Throws where it escapes half a surrogate pair. That it is UTF-8 shows when all of the value is decoded.
                reader.GetString();
                break;
        }
    }

    private static void ThrowUnlessNew(int count, int countBefore)
    {
        if (count == countBefore || count > MaximumMembers)
        {
            throw new JsonException("A name comes twice, or there are too many.");
        }
    }

    private delegate T Read<T>(ref Utf8JsonReader reader, byte[] utf8)
        where T : class;
}
