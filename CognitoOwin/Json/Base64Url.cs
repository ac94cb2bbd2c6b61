namespace CognitoOwin.Json;

/// <summary>
/// Decodes base64url as JWS defines it: without padding, white space, another alphabet or stray bits, so that every byte sequence
/// has exactly one text (RFC 7515 §2, RFC 4648 §3.5). <c>Convert.FromBase64String</c> and IdentityModel's decoder allow more.
/// </summary>
internal static class Base64Url
{
    private const byte Invalid = 0xFF;
    private static readonly byte[] Values = CreateValues();

    /// <summary>Gets the number of bytes of a text.</summary>
    /// <param name="length">The number of characters.</param>
    /// <returns>The number of bytes.</returns>
    public static int GetDecodedLength(int length) => (length / 4 * 3) + (length % 4 * 3 / 4);

    /// <summary>Decodes a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The bytes; null if the text is not base64url.</returns>
    public static byte[]? Decode(string text)
    {
        var bytes = new byte[GetDecodedLength(text.Length)];
        return TryDecode(text, 0, text.Length, bytes, 0) ? bytes : null;
    }

    /// <summary>Decodes a part of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The index of the first character.</param>
    /// <param name="length">The number of characters.</param>
    /// <param name="bytes">Receives the bytes.</param>
    /// <param name="offset">The index of the first byte.</param>
    /// <returns><see langword="true"/> if the part is base64url; otherwise, <see langword="false"/>.</returns>
    public static bool TryDecode(string text, int start, int length, byte[] bytes, int offset)
    {
        var tail = length % 4;
        if (tail == 1)
        {
            return false;
        }

        // A local copy, because Mono does not inline a method that reads a static field.
        var values = Values;
        var end = start + length - tail;
        var i = start;
        for (; i < end; i += 4)
        {
            int a = GetValue(values, text[i]), b = GetValue(values, text[i + 1]);
            int c = GetValue(values, text[i + 2]), d = GetValue(values, text[i + 3]);
            if ((a | b | c | d) > 0x3F)
            {
                return false;
            }

            var group = (a << 18) | (b << 12) | (c << 6) | d;
            bytes[offset++] = (byte)(group >> 16);
            bytes[offset++] = (byte)(group >> 8);
            bytes[offset++] = (byte)group;
        }

        if (tail != 0)
        {
            int a = GetValue(values, text[i]), b = GetValue(values, text[i + 1]);
            var c = tail == 3 ? GetValue(values, text[i + 2]) : 0;
            var group = (a << 18) | (b << 12) | (c << 6);
            var strayBits = group & (tail == 3 ? 0xFF : 0xFFFF);
            if ((a | b | c) > 0x3F || strayBits != 0)
            {
                return false;
            }

            bytes[offset++] = (byte)(group >> 16);
            if (tail == 3)
            {
                bytes[offset] = (byte)(group >> 8);
            }
        }

        return true;
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
