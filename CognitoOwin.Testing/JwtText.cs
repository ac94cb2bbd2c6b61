using System;

namespace CognitoOwin.Testing;

/// <summary>Writes the parts of a token as text.</summary>
internal static class JwtText
{
    /// <summary>Encodes bytes as base64url without padding (RFC 7515 §2).</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The text.</returns>
    public static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
