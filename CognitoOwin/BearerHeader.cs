using System;
using System.Collections.Generic;
using System.Linq;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>Finds the token in the <c>Authorization</c> headers of a request (RFC 6750 §2.1).</summary>
internal static class BearerHeader
{
    // The first bytes of every JWT: base64url of {".
    private const string JwtStart = "eyJ";

    /// <summary>Reads the headers.</summary>
    /// <param name="values">The <c>Authorization</c> headers as the host has them; may be null.</param>
    /// <param name="schemes">The schemes that carry a token.</param>
    /// <param name="allowRawToken">Whether a JWT without a scheme is a token.</param>
    /// <returns>
    /// What the header holds; nothing if there is no header of one of the schemes, and none with a JWT in place of a scheme.
    /// </returns>
    public static RequestToken Read(IList<string>? values, IList<string> schemes, bool allowRawToken)
    {
        if (values == null || values.Count == 0)
        {
            return default;
        }

        if (values.Count > 1)
        {
            // Another part of the system may have validated any one of them, so that choosing one would be a guess.
            return HasAnyToken(values, schemes)
                ? RequestToken.FromMalformedHeader()
                : default;
        }

        if (!HasScheme(values[0], schemes, out var start))
        {
            return ReadBareToken(values[0], schemes, allowRawToken);
        }

        var header = values[0];
        var end = header.Length;
        SkipSpaces(header, ref start);
        while (end > start && IsSpace(header[end - 1]))
        {
            end--;
        }

        return end > start
            ? RequestToken.FromPlace(TokenPlace.Authorization, new TokenText(header, start, end - start))
            : RequestToken.FromMalformedHeader();
    }

    private static bool HasAnyToken(IList<string> values, IList<string> schemes) => values.Any(
        value => HasScheme(value, schemes, out _) || ReadBareToken(value, schemes, allowRawToken: false).Place != TokenPlace.None);

    // Clients often forget the scheme, or the space after it. Both look like the name of another scheme, so that without this the
    // request would be anonymous, and the answer would name no error.
    private static RequestToken ReadBareToken(string? value, IList<string> schemes, bool allowRawToken)
    {
        if (value == null)
        {
            return default;
        }

        var start = 0;
        SkipSpaces(value, ref start);
        var end = FindEndOfWord(value, start);
        var fault = allowRawToken ? TokenRejection.None : TokenRejection.SchemeMissing;
        if (!IsJwt(value, start, end))
        {
            fault = TokenRejection.SpaceMissing;
            start += schemes.Where(scheme => StartsWith(value, start, scheme)).Select(scheme => scheme.Length)
                .FirstOrDefault(length => IsJwt(value, start + length, end));
            if (!IsJwt(value, start, end))
            {
                return default;
            }
        }

        var rest = end;
        SkipSpaces(value, ref rest);
        return rest == value.Length
            ? RequestToken.FromPlace(TokenPlace.Authorization, new TokenText(value, start, end - start), fault)
            : RequestToken.FromMalformedHeader();
    }

    private static bool IsJwt(string value, int start, int end) =>
        string.CompareOrdinal(value, start, JwtStart, 0, JwtStart.Length) == 0 && value.IndexOf('.', start, end - start) >= 0;

    private static bool StartsWith(string value, int start, string scheme) =>
        string.Compare(value, start, scheme, 0, scheme.Length, StringComparison.OrdinalIgnoreCase) == 0;

    private static bool HasScheme(string? value, IList<string> schemes, out int schemeEnd)
    {
        schemeEnd = 0;
        if (value == null)
        {
            return false;
        }

        // RFC 7235 §2.1: the name of a scheme is compared without regard to case, and ends at a space.
        SkipSpaces(value, ref schemeEnd);
        var start = schemeEnd;
        schemeEnd = FindEndOfWord(value, start);
        for (var i = 0; i < schemes.Count; i++)
        {
            var scheme = schemes[i];
            if (scheme.Length == schemeEnd - start && StartsWith(value, start, scheme))
            {
                return true;
            }
        }

        return false;
    }

    private static int FindEndOfWord(string value, int position)
    {
        while (position < value.Length && !IsSpace(value[position]) && value[position] != ',')
        {
            position++;
        }

        return position;
    }

    private static void SkipSpaces(string value, ref int position)
    {
        while (position < value.Length && IsSpace(value[position]))
        {
            position++;
        }
    }

    private static bool IsSpace(char c) => c is ' ' or '\t';
}
