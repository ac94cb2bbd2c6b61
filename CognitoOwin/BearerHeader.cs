using System;
using System.Collections.Generic;
using System.Linq;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>Finds the token in the <c>Authorization</c> headers of a request (RFC 6750 §2.1).</summary>
internal static class BearerHeader
{
    /// <summary>Reads the headers.</summary>
    /// <param name="values">The headers of that name, as the host has them.</param>
    /// <param name="schemes">The schemes that carry a token.</param>
    /// <param name="token">What follows the scheme, which need not be a token: see <see cref="TokenText.IsB64Token"/>; null where nothing does.</param>
    /// <returns>Whether the headers may be in order: also where there is none, or one of another scheme.</returns>
    public static bool TryRead(IList<string>? values, IList<string> schemes, out TokenText? token)
    {
        token = null;
        if (values == null || values.Count == 0)
        {
            return true;
        }

        if (values.Count > 1)
        {
            // One of them may be what another part of the system has judged: to choose would be a guess.
            return !AnyIsOurs(values, schemes);
        }

        if (!IsOurs(values[0], schemes, out var start))
        {
            return true;
        }

        var header = values[0];
        var end = header.Length;
        Skip(header, ref start);
        while (end > start && IsSpace(header[end - 1]))
        {
            end--;
        }

        token = end > start ? new TokenText(header, start, end - start) : null;
        return token != null;
    }

    private static bool AnyIsOurs(IList<string> values, IList<string> schemes) => values.Any(value => IsOurs(value, schemes, out _));

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

        for (var i = 0; i < schemes.Count; i++)
        {
            var scheme = schemes[i];
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
}
