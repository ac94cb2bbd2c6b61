using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
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

    // The names of Cognito's tokens and keys: at most 64.
    private static readonly SharedTexts KnownNames = new(
    [
        "acr", "address", "alg", "amr", "at_hash", "aud", "auth_time", "birthdate", "client_id", "cognito:groups", "cognito:preferred_role",
        "cognito:roles", "cognito:username", "device_key", "e", "email", "email_verified", "event_id", "exp", "family_name", "gender",
        "given_name", "iat", "identities", "iss", "jti", "kid", "kty", "locale", "middle_name", "n", "name", "nbf", "nickname", "nonce",
        "origin_jti", "phone_number", "phone_number_verified", "picture", "preferred_username", "profile", "scope", "sub", "token_use", "typ",
        "updated_at", "use", "username", "version", "website", "zoneinfo",
    ]);

    // Reused by all objects that a thread reads. No object is read while another is.
    [ThreadStatic]
    private static KeyValuePair<string, JsonValue>[]? _buffer;

    /// <summary>Reads one JSON object.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <returns>The members by name; null if the bytes are anything else.</returns>
    public static JsonMembers? ParseObject(byte[] utf8) => ParseObject(new(utf8), shared: null, out _);

    /// <summary>Reads one JSON object.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="shared">Texts of strings that many objects have; may be null.</param>
    /// <param name="fault">Why the bytes are not read.</param>
    /// <returns>The members by name; null if the bytes are anything else.</returns>
    public static JsonMembers? ParseObject(ArraySegment<byte> utf8, SharedTexts? shared, out JsonFault fault) =>
        Parse(utf8, JsonTokenType.StartObject, ReadMembers, shared, out fault);

    /// <summary>Reads one JSON list.</summary>
    /// <param name="text">The JSON.</param>
    /// <returns>The items; null if the text is anything else.</returns>
    public static JsonValue[]? ParseList(string text)
    {
        var utf8 = ArrayPool<byte>.Shared.Rent(Utf8.GetMaxByteCount(text.Length));
        try
        {
            var length = Utf8.GetBytes(text, 0, text.Length, utf8, 0);
            return Parse(new(utf8, 0, length), JsonTokenType.StartArray, ReadItems, shared: null, out _);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8, clearArray: true);
        }
    }

    private static T? Parse<T>(ArraySegment<byte> utf8, JsonTokenType type, Read<T> read, SharedTexts? shared, out JsonFault fault)
        where T : class
    {
        fault = JsonFault.Malformed;
        var reader = new Utf8JsonReader(utf8.AsSpan(), Options);
        try
        {
            reader.Read();
            if (reader.TokenType != type)
            {
                return null;
            }

            var value = read(ref reader, utf8, shared);

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

    private static JsonMembers ReadMembers(ref Utf8JsonReader reader, ArraySegment<byte> utf8, SharedTexts? shared)
    {
        var members = _buffer ??= new KeyValuePair<string, JsonValue>[MaximumMembers];
        var names = new UniqueNames(members);
        var count = 0;
        try
        {
            for (reader.Read(); reader.TokenType != JsonTokenType.EndObject; reader.Read())
            {
                var name = names.Read(ref reader, utf8);
                reader.Read();
                members[count++] = new(name, ReadValue(ref reader, utf8, shared));
            }

            return new JsonMembers(members.AsSpan(0, count).ToArray());
        }
        finally
        {
            // Keep no text of a token in the buffer.
            Array.Clear(members, 0, count);
        }
    }

    private static JsonValue[] ReadItems(ref Utf8JsonReader reader, ArraySegment<byte> utf8, SharedTexts? shared)
    {
        var items = new List<JsonValue>();
        for (reader.Read(); reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            items.Add(ReadValue(ref reader, utf8, shared));
        }

        return [.. items];
    }

    private static JsonValue ReadValue(ref Utf8JsonReader reader, ArraySegment<byte> utf8, SharedTexts? shared)
    {
        var type = reader.TokenType;
        if (type == JsonTokenType.String)
        {
            return new JsonValue(type, (shared != null && !reader.ValueIsEscaped ? Find(shared, ref reader, utf8) : null)?.Text ?? reader.GetString()!);
        }

        if (type is JsonTokenType.True or JsonTokenType.False)
        {
            return new JsonValue(type, type == JsonTokenType.True ? "true" : "false");
        }

        var start = (int)reader.TokenStartIndex;
        ValidateRest(ref reader, utf8);
        return new JsonValue(type, Utf8.GetString(utf8.Array!, utf8.Offset + start, (int)reader.BytesConsumed - start));
    }

    // A string or a name begins after its quotation mark.
    private static SharedTexts.Entry? Find(SharedTexts texts, ref Utf8JsonReader reader, ArraySegment<byte> utf8) =>
        texts.Find(utf8.Array!, utf8.Offset + (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);

    // Reads to the end of the current value.
    private static void ValidateRest(ref Utf8JsonReader reader, ArraySegment<byte> utf8)
    {
        // At the start of an object or a list, CurrentDepth does not count that object or list itself.
        if (reader.CurrentDepth >= MaximumDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            throw new LimitException(JsonFault.TooDeep);
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var names = new UniqueNames(members: null);
                for (reader.Read(); reader.TokenType != JsonTokenType.EndObject; reader.Read())
                {
                    names.Read(ref reader, utf8);
                    reader.Read();
                    ValidateRest(ref reader, utf8);
                }

                break;
            case JsonTokenType.StartArray:
                for (reader.Read(); reader.TokenType != JsonTokenType.EndArray; reader.Read())
                {
                    ValidateRest(ref reader, utf8);
                }

                break;
            case JsonTokenType.String when reader.ValueIsEscaped:
                // Throws if the string escapes half a surrogate pair. The caller decodes the whole value, and so checks that it
                // is UTF-8.
                reader.GetString();
                break;
        }
    }

    /// <summary>Reads the names of the members of one object, which must be unique.</summary>
    /// <param name="members">The array where the caller keeps every member that it reads; null if it keeps none.</param>
    private struct UniqueNames(KeyValuePair<string, JsonValue>[]? members)
    {
        // A token of Cognito has fewer members. Up to this number, a search takes less time than a set of names.
        private const int FewMembers = 32;

        // The known names that the object has, one bit for each.
        private ulong _known;
        private HashSet<string>? _others;
        private int _count;

        /// <summary>Reads the next name.</summary>
        /// <param name="reader">The reader.</param>
        /// <param name="utf8">The JSON.</param>
        /// <returns>The name.</returns>
        public string Read(ref Utf8JsonReader reader, ArraySegment<byte> utf8)
        {
            if (++_count > MaximumMembers)
            {
                throw new LimitException(JsonFault.TooManyMembers);
            }

            // An escaped name is known by its text.
            var escaped = reader.ValueIsEscaped ? reader.GetString() : null;
            if ((escaped != null ? KnownNames.Find(escaped) : Find(KnownNames, ref reader, utf8)) is { } known)
            {
                var bit = 1UL << known.Number;
                ThrowIf((_known & bit) != 0);
                _known |= bit;
                return known.Text;
            }

            var name = escaped ?? reader.GetString()!;
            if (members != null && _count <= FewMembers)
            {
                for (var i = 0; i < _count - 1; i++)
                {
                    ThrowIf(members[i].Key == name);
                }
            }
            else
            {
                _others ??= new HashSet<string>(members?.Take(_count - 1).Select(static member => member.Key) ?? [], StringComparer.Ordinal);
                ThrowIf(!_others.Add(name));
            }

            return name;
        }

        private static void ThrowIf(bool isDuplicate)
        {
            if (isDuplicate)
            {
                throw new JsonException("A name is not unique.");
            }
        }
    }

    private sealed class LimitException(JsonFault fault) : Exception
    {
        public JsonFault Fault { get; } = fault;
    }

    private delegate T Read<T>(ref Utf8JsonReader reader, ArraySegment<byte> utf8, SharedTexts? shared)
        where T : class;
}
