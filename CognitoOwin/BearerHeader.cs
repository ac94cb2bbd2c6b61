using System;
using System.Collections.Generic;
using System.Linq;

namespace CognitoOwin;

/// <summary>Finds the token in the <c>Authorization</c> headers of a request (RFC 6750 §2.1).</summary>
internal static class BearerHeader
{
    /// <summary>Reads the headers.</summary>
    /// <param name="values">The headers of that name, as the host has them.</param>
    /// <param name="schemes">The schemes that carry a token.</param>
    /// <param name="token">The token; null where there is none.</param>
    /// <returns>Whether the headers are in order: also where there is none, or one of another scheme.</returns>
    public static bool TryRead(IList<string>? values, IList<string> schemes, out string? token)
    {
        token = null;
        if (values == null || values.Count == 0)
        {
            return true;
        }

        if (values.Count > 1)
        {
            // One of them may be what another part of the system has judged: to choose would be a guess.
            return !values.Any(value => IsOurs(value, schemes, out _));
        }

        if (!IsOurs(values[0], schemes, out var rest))
        {
            return true;
        }

        var text = rest.Trim(' ', '\t');
        if (text.Length == 0 || !text.All(IsTokenCharacter))
        {
            // Nothing, or several tokens: a host that joins repeated headers puts a comma between them.
            return false;
        }

        token = text;
        return true;
    }

    private static bool IsOurs(string? value, IList<string> schemes, out string rest)
    {
        rest = "";
        if (value == null)
        {
            return false;
        }

        // RFC 7235 §2.1: the name of a scheme is compared without regard to case, and spaces end it.
        var header = value.TrimStart(' ', '\t');
        var end = header.IndexOfAny([' ', '\t', ',']);
        var scheme = end < 0 ? header : header.Substring(0, end);
        rest = header.Substring(scheme.Length);
        return schemes.Contains(scheme, StringComparer.OrdinalIgnoreCase);
    }

    // RFC 6750 §2.1, b64token.
    private static bool IsTokenCharacter(char c) =>
        c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '.' or '_' or '~' or '+' or '/' or '=';
}
