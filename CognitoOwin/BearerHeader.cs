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

        // Every request comes through here: the token, the longest text of most, is copied once and looked at by no delegate.
        var header = values[0];
        var end = header.Length;
        Skip(header, ref rest);
        while (end > rest && IsSpace(header[end - 1]))
        {
            end--;
        }

        for (var i = rest; i < end; i++)
        {
            if (!IsTokenCharacter(header[i]))
            {
                // Several tokens: a host that joins repeated headers puts a comma between them.
                return false;
            }
        }

        token = end > rest ? header.Substring(rest, end - rest) : null;
        return token != null;
    }

    // And where what follows the scheme begins.
    private static bool IsOurs(string? value, IList<string> schemes, out int rest)
    {
        rest = 0;
        if (value == null)
        {
            return false;
        }

        // RFC 7235 §2.1: the name of a scheme is compared without regard to case, and spaces end it.
        Skip(value, ref rest);
        var start = rest;
        while (rest < value.Length && !IsSpace(value[rest]) && value[rest] != ',')
        {
            rest++;
        }

        foreach (var scheme in schemes)
        {
            if (scheme.Length == rest - start && string.Compare(value, start, scheme, 0, scheme.Length, StringComparison.OrdinalIgnoreCase) == 0)
            {
                return true;
            }
        }

        return false;
    }

    private static void Skip(string value, ref int position)
    {
        while (position < value.Length && IsSpace(value[position]))
        {
            position++;
        }
    }

    private static bool IsSpace(char c) => c is ' ' or '\t';

    // RFC 6750 §2.1, b64token.
    private static bool IsTokenCharacter(char c) =>
        c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '.' or '_' or '~' or '+' or '/' or '=';
}
