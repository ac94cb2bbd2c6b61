using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;

namespace CognitoOwin.Json;

/// <summary>
/// Reads JSON only if it has exactly one meaning: valid UTF-8, no duplicate names at any depth (RFC 7515 §4, RFC 8725 §2.4), no
/// half surrogate pairs, no comments, limited depth. An attacker can avoid a check when two parsers read one token differently.
/// </summary>
/// <remarks>
/// It reads once with <see cref="Utf8JsonReader"/>. <see cref="JsonDocument"/> uses the same reader, but must then be searched
/// for names and texts. Inner objects and lists are validated here, and read when a caller asks for them.
/// </remarks>
internal static class StrictJson
{
    /// <summary>Limits the levels of objects and lists.</summary>
    public const int MaximumDepth = 16;

    // Cognito's tokens have about twenty members. String hashes are predictable on .NET Framework, so an attacker can choose
    // names that all have one hash. Without a limit, comparing them would take time that grows with the square of their number.
    // 512 such names take a quarter of a millisecond under Mono, 1,024 take a whole one.
    /// <summary>Limits the members of one object.</summary>
    public const int MaximumMembers = 512;

    private static readonly JsonReaderOptions Options = new()
    {
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,

        // One level more, so that ValidateRest finds the first level that is too deep, and the reader's own limit is never reached.
        MaxDepth = MaximumDepth + 1,
    };

    /// <summary>Gets an encoding that throws for bytes and characters that are not valid.</summary>
    public static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads one JSON object.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <returns>The members by name; null if the bytes are anything else.</returns>
    public static Dictionary<string, JsonValue>? ParseObject(byte[] utf8) => ParseObject(utf8, out _);

    /// <summary>Reads one JSON object.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="fault">Why the bytes are not read.</param>
    /// <returns>The members by name; null if the bytes are anything else.</returns>
    public static Dictionary<string, JsonValue>? ParseObject(byte[] utf8, out JsonFault fault) =>
        Parse(utf8, JsonTokenType.StartObject, ReadMembers, out fault);

    /// <summary>Reads one JSON list.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <returns>The items; null if the bytes are anything else.</returns>
    public static List<JsonValue>? ParseList(byte[] utf8) => Parse(utf8, JsonTokenType.StartArray, ReadItems, out _);

    /// <summary>Gets the text of a member that is a string.</summary>
    /// <param name="members">The members of an object.</param>
    /// <param name="name">The name of the member.</param>
    /// <returns>The text; null if the member is missing or is anything else.</returns>
    public static string? GetString(this Dictionary<string, JsonValue> members, string name) =>
        members.TryGetValue(name, out var member) ? member.String : null;

    private static T? Parse<T>(byte[] utf8, JsonTokenType type, Read<T> read, out JsonFault fault)
        where T : class
    {
        fault = JsonFault.Malformed;
        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            reader.Read();
            if (reader.TokenType != type)
            {
                return null;
            }

            var value = read(ref reader, utf8);

            // Throws if anything follows the value.
            reader.Read();
            fault = JsonFault.None;
            return value;
        }
        catch (LimitException e)
        {
            fault = e.Fault;
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            // The reader throws InvalidOperationException for a string that is not valid UTF-8, or escapes half a surrogate pair.
            return null;
        }
    }

    private static Dictionary<string, JsonValue> ReadMembers(ref Utf8JsonReader reader, byte[] utf8)
    {
        // A member of Cognito's tokens takes about 35 bytes. Allocate for that, because a dictionary that grows hashes all names
        // again.
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
        ValidateRest(ref reader);
        return new JsonValue(type, Utf8.GetString(utf8, start, (int)reader.BytesConsumed - start));
    }

    // Reads to the end of the current value.
    private static void ValidateRest(ref Utf8JsonReader reader)
    {
        // At the start of an object or a list, CurrentDepth does not count that object or list itself.
        if (reader.CurrentDepth >= MaximumDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            throw new LimitException(JsonFault.TooDeep);
        }

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
                    ValidateRest(ref reader);
                }

                break;
            case JsonTokenType.StartArray:
                for (reader.Read(); reader.TokenType != JsonTokenType.EndArray; reader.Read())
                {
                    ValidateRest(ref reader);
                }

                break;
            case JsonTokenType.String when reader.ValueIsEscaped:
                // Throws if the string escapes half a surrogate pair. The caller decodes the whole value, and so checks that it
                // is UTF-8.
                reader.GetString();
                break;
        }
    }

    private static void ThrowUnlessNew(int count, int countBefore)
    {
        if (count == countBefore)
        {
            throw new JsonException("A name is not unique.");
        }

        if (count > MaximumMembers)
        {
            throw new LimitException(JsonFault.TooManyMembers);
        }
    }

    private sealed class LimitException(JsonFault fault) : Exception
    {
        public JsonFault Fault { get; } = fault;
    }

    private delegate T Read<T>(ref Utf8JsonReader reader, byte[] utf8)
        where T : class;
}
