using System;
using System.Collections.Generic;
using System.Linq;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>Finds the token in the <c>Authorization</c> headers of a request (RFC 6750 §2.1).</summary>
internal static class BearerHeader
{
    /// <summary>Reads the headers.</summary>
    /// <param name="values">The <c>Authorization</c> headers as the host has them; may be null.</param>
    /// <param name="schemes">The schemes that carry a token.</param>
    /// <returns>What the header of one of the schemes holds; nothing if there is no such header.</returns>
    public static RequestToken Read(IList<string>? values, IList<string> schemes)
    {
        if (values == null || values.Count == 0)
        {
            return default;
        }

        if (values.Count > 1)
        {
            // Another part of the system may have validated any one of them, so that choosing one would be a guess.
            return HasAnyScheme(values, schemes) ? RequestToken.FromHeader(text: null) : default;
        }

        if (!HasScheme(values[0], schemes, out var start))
        {
            return default;
        }

        var header = values[0];
        var end = header.Length;
        SkipSpaces(header, ref start);
        while (end > start && IsSpace(header[end - 1]))
        {
            end--;
        }

        return RequestToken.FromHeader(end > start ? new TokenText(header, start, end - start) : null);
    }

    private static bool HasAnyScheme(IList<string> values, IList<string> schemes) =>
        values.Any(value => HasScheme(value, schemes, out _));

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
        while (schemeEnd < value.Length && !IsSpace(value[schemeEnd]) && value[schemeEnd] != ',')
        {
            schemeEnd++;
        }

        for (var i = 0; i < schemes.Count; i++)
        {
            var scheme = schemes[i];
            if (scheme.Length == schemeEnd - start
                && string.Compare(value, start, scheme, 0, scheme.Length, StringComparison.OrdinalIgnoreCase) == 0)
            {
                return true;
            }
        }

        return false;
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
