using System;

namespace CognitoOwin.Json;

/// <summary>
/// Decodes base64url as JWS defines it: without padding, white space, another alphabet or stray bits, so that every byte sequence
/// has exactly one text (RFC 7515 §2, RFC 4648 §3.5). <c>Convert.FromBase64String</c> and IdentityModel's decoder allow more.
/// </summary>
internal static class Base64Url
{
    private const byte Invalid = 0xFF;
    private static readonly byte[] Values = CreateValues();

    /// <summary>Decodes a part of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The index of the first character.</param>
    /// <param name="length">The number of characters.</param>
    /// <returns>The bytes; null if the part is not base64url.</returns>
    public static byte[]? Decode(string text, int start, int length)
    {
        var tail = length % 4;
        if (tail == 1)
        {
            return null;
        }

        // A local copy, because Mono does not inline a method that reads a static field.
        var values = Values;
        var bytes = new byte[(length / 4 * 3) + (tail == 0 ? 0 : tail - 1)];
        var written = 0;
        var end = start + length - tail;
        var i = start;
        for (; i < end; i += 4)
        {
            int a = GetValue(values, text[i]), b = GetValue(values, text[i + 1]);
            int c = GetValue(values, text[i + 2]), d = GetValue(values, text[i + 3]);
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
            int a = GetValue(values, text[i]), b = GetValue(values, text[i + 1]);
            var c = tail == 3 ? GetValue(values, text[i + 2]) : 0;
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

    private static int GetValue(byte[] values, char c) => c < values.Length ? values[c] : Invalid;

    private static byte[] CreateValues()
    {
        var values = new byte[128];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Invalid;
        }

        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (var i = 0; i < Alphabet.Length; i++)
        {
            values[Alphabet[i]] = (byte)i;
        }

        return values;
    }
}
