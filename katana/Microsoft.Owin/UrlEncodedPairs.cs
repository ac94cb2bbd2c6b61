using System;
using System.Collections.Generic;
using System.Linq;

namespace Microsoft.Owin;

/// <summary><c>application/x-www-form-urlencoded</c>, as in a query string and a form.</summary>
internal static class UrlEncodedPairs
{
    public static IDictionary<string, string[]> Parse(string text, params char[] separators) =>
        (text ?? string.Empty)
            .Split(separators, StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split(new[] { '=' }, 2))
            .GroupBy(pair => Decode(pair[0]), pair => Decode(pair.ElementAtOrDefault(1)), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.OrdinalIgnoreCase);

    private static string Decode(string text) => Uri.UnescapeDataString((text ?? string.Empty).Replace('+', ' '));
}
