using System;
using System.Buffers;
using System.Text;
using CognitoOwin.Json;

namespace CognitoOwin.Validation;

/// <summary>Holds the parts of a JWS in compact form (RFC 7515 §3.1), decoded but not verified. It returns its buffers when it is disposed.</summary>
internal sealed class Jws : IDisposable
{
    private readonly int _headerLength;
    private readonly int _payloadLength;

    private Jws(byte[] signature, byte[] buffer, int signingInputLength, int headerLength, int payloadLength)
    {
        Signature = signature;
        Buffer = buffer;
        SigningInputLength = signingInputLength;
        _headerLength = headerLength;
        _payloadLength = payloadLength;
    }

    public byte[] Signature { get; }

    /// <summary>
    /// Gets a buffer that starts with the bytes that the signature covers: header and payload as they came (RFC 7515 §5.2).
    /// </summary>
    public byte[] Buffer { get; }

    public int SigningInputLength { get; }

    public ArraySegment<byte> Header => new(Buffer, SigningInputLength, _headerLength);

    public ArraySegment<byte> Payload => new(Buffer, SigningInputLength + _headerLength, _payloadLength);

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

        int header = Base64Url.GetDecodedLength(first), payload = Base64Url.GetDecodedLength(second - first - 1);
        var signature = new byte[Base64Url.GetDecodedLength(token.Length - second - 1)];
        var buffer = ArrayPool<byte>.Shared.Rent(second + header + payload);
        if (!Base64Url.TryDecode(token, 0, first, buffer, second)
            || !Base64Url.TryDecode(token, first + 1, second - first - 1, buffer, second + header)
            || !Base64Url.TryDecode(token, second + 1, token.Length - second - 1, signature, 0))
        {
            Return(buffer);
            rejection = TokenRejection.MalformedEncoding;
            return null;
        }

        // The segments were decoded from base64url, so they are ASCII.
        Encoding.ASCII.GetBytes(token, 0, second, buffer, 0);
        rejection = TokenRejection.None;
        return new Jws(signature, buffer, second, header, payload);
    }

    public void Dispose() => Return(Buffer);

    // Other code of the process gets the buffer next, and must not find claims in it.
    private static void Return(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer, clearArray: true);

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
