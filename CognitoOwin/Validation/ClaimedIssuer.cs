using System;
using CognitoOwin.Json;

namespace CognitoOwin.Validation;

/// <summary>Reads which issuer a refused text claims to have, whether the text is a token or not. Nothing of it is verified.</summary>
internal static class ClaimedIssuer
{
    /// <summary>Checks whether a text names none of the trusted issuers.</summary>
    /// <param name="token">The text.</param>
    /// <param name="isTrusted">Checks whether an issuer is trusted.</param>
    /// <returns>
    /// <see langword="true"/> if the text has no payload that is a JSON object (opaque and encrypted tokens), or if the payload names
    /// another issuer or none. <see langword="false"/> if it names a trusted issuer, or if the payload begins as a JSON object and
    /// cannot be read, so that it may name one.
    /// </returns>
    public static bool IsForeign(string token, Func<string, bool> isTrusted)
    {
        // Look at the second segment of every text, also of one that has too few or too many segments: a token of a trusted issuer
        // that lost its signature, or that got text after it, does not count as foreign.
        var start = token.IndexOf('.') + 1;
        if (start == 0)
        {
            return true;
        }

        var end = token.IndexOf('.', start);
        var length = (end < 0 ? token.Length : end) - start;
        if (Base64Url.Decode(token.Substring(start, length)) is not { } payload || StrictJson.ParseObject(payload) is not { } claims)
        {
            return !BeginsAsObject(token, start, length);
        }

        claims.RemoveNulls();
        return !claims.TryGetValue(CognitoClaimTypes.Issuer, out var issuer) || (issuer.String is { } name && !isTrusted(name));
    }

    // The byte '{' is the letter e and four bits of the next letter, which are all set: one of the last 16 letters of the alphabet,
    // in base64url or in standard base64.
    private static bool BeginsAsObject(string token, int start, int length) =>
        length >= 2 && token[start] == 'e' && token[start + 1] is (>= 'w' and <= 'z') or (>= '0' and <= '9') or '-' or '_' or '+' or '/';
}
