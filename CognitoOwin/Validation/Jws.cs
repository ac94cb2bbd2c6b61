using System.Text;
using CognitoOwin.Json;

namespace CognitoOwin.Validation;

/// <summary>Holds the parts of a JWS in compact form (RFC 7515 §3.1), decoded but not verified.</summary>
internal sealed class Jws
{
    private Jws(byte[] header, byte[] payload, byte[] signature, byte[] signingInput)
    {
        Header = header;
        Payload = payload;
        Signature = signature;
        SigningInput = signingInput;
    }

    public byte[] Header { get; }

    public byte[] Payload { get; }

    public byte[] Signature { get; }

    /// <summary>Gets the text that the signature covers: header and payload as they came (RFC 7515 §5.2).</summary>
    public byte[] SigningInput { get; }

    /// <summary>Splits a token and decodes its segments.</summary>
    /// <param name="token">The token.</param>
    /// <param name="maximumLength">The longest token that is read, in characters.</param>
    /// <param name="rejection">The reason if the token is not a JWS.</param>
    /// <returns>The parts; null if the token is not a JWS.</returns>
    public static Jws? Read(string token, int maximumLength, out TokenRejection rejection)
    {
        if (token.Length > maximumLength)
        {
            rejection = TokenRejection.TokenTooLong;
            return null;
        }

        var first = token.IndexOf('.');
        var second = first < 0 ? -1 : token.IndexOf('.', first + 1);
        if (second < 0 || token.IndexOf('.', second + 1) is >= 0)
        {
            rejection = IsJwe(token) ? TokenRejection.Encrypted : TokenRejection.NotAJws;
            return null;
        }

        if (Base64Url.Decode(token, 0, first) is not { } header
            || Base64Url.Decode(token, first + 1, second - first - 1) is not { } payload
            || Base64Url.Decode(token, second + 1, token.Length - second - 1) is not { } signature)
        {
            rejection = TokenRejection.MalformedEncoding;
            return null;
        }

        rejection = TokenRejection.None;

        // The segments were decoded from base64url, so they are ASCII.
        var signingInput = new byte[second];
        Encoding.ASCII.GetBytes(token, 0, second, signingInput, 0);
        return new Jws(header, payload, signature, signingInput);
    }

    private static bool IsJwe(string token)
    {
        var dots = 0;
        foreach (var c in token)
        {
            dots += c == '.' ? 1 : 0;
        }

        return dots == 4;
    }
}
