using System;

namespace CognitoOwin.Json;

/// <summary>
/// Base64url as JWS has it: no padding, no white space, no other alphabet, and no stray bits, so that one text is the only
/// one for its bytes (RFC 7515 §2, RFC 4648 §3.5). <c>Convert.FromBase64String</c> and IdentityModel's decoder allow more.
/// </summary>
internal static class Base64Url
{
    private const byte None = 0xFF;
    private static readonly byte[] Values = CreateValues();

    /// <summary>Decodes a part of <paramref name="text"/>; null where it is not base64url.</summary>
    public static byte[]? Decode(string text, int start, int length)
    {
        var tail = length % 4;
        if (tail == 1)
        {
            return null;
        }

        // Mono inlines no method that reads a static field.
        var values = Values;
        var bytes = new byte[(length / 4 * 3) + (tail == 0 ? 0 : tail - 1)];
        var written = 0;
        var end = start + length - tail;
        var i = start;
        for (; i < end; i += 4)
        {
            int a = Value(values, text[i]), b = Value(values, text[i + 1]), c = Value(values, text[i + 2]), d = Value(values, text[i + 3]);
            if ((a | b | c | d) > 0x3F)
            {
                return null;
            }

            var group = (a << 18) | (b << 12) | (c << 6) | d;
            bytes[written++] = (byte)(group >> 16);
            bytes[written++] = (byte)(group >> 8);
            bytes[written++] = (byte)group;
        }

        if (tail != 0)
        {
            int a = Value(values, text[i]), b = Value(values, text[i + 1]), c = tail == 3 ? Value(values, text[i + 2]) : 0;
            var group = (a << 18) | (b << 12) | (c << 6);
            var strayBits = group & (tail == 3 ? 0xFF : 0xFFFF);
            if ((a | b | c) > 0x3F || strayBits != 0)
            {
                return null;
            }

            bytes[written++] = (byte)(group >> 16);
            if (tail == 3)
            {
                bytes[written] = (byte)(group >> 8);
            }
        }

        return bytes;
    }

    private static int Value(byte[] values, char c) => c < values.Length ? values[c] : None;

    private static byte[] CreateValues()
    {
        var values = new byte[128];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = None;
        }

        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (var i = 0; i < Alphabet.Length; i++)
        {
            values[Alphabet[i]] = (byte)i;
        }

        return values;
    }
}
