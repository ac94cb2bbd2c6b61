using System;

namespace CognitoOwin.Testing;

internal static class JwtText
{
    /// <summary>Base64url without padding (RFC 7515 §2).</summary>
    public static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
