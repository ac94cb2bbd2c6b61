using System;
using System.Text;

namespace CognitoOwin.Tests.Validation;

/// <summary>Base64url without padding (RFC 7515 §2). Decoding accepts padding as well.</summary>
internal static class Base64UrlText
{
    public static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    public static byte[] Decode(string part)
    {
        var standard = part.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(standard.PadRight((standard.Length + 3) / 4 * 4, '='));
    }

    public static string DecodeText(string part) => Encoding.UTF8.GetString(Decode(part));
}
