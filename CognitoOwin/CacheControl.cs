using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Owin;

namespace CognitoOwin;

/// <summary>Changes the <c>Cache-Control</c> header of an answer.</summary>
internal static class CacheControl
{
    private const string Name = "Cache-Control";

    /// <summary>
    /// Keeps an answer out of shared caches, which would give it to every client that asks for the same address (RFC 6750 §2.3,
    /// RFC 9111 §5.2.2). Other directives stay.
    /// </summary>
    /// <param name="headers">The headers of the answer.</param>
    public static void MakePrivate(IHeaderDictionary headers)
    {
        List<string> directives =
        [
            .. (headers.GetValues(Name) ?? [])
                .SelectMany(value => value.Split(','))
                .Select(directive => directive.Trim())
                .Where(directive => directive.Length > 0 && !Is(directive, "public") && !Is(directive, "s-maxage") && !Is(directive, "private")),
        ];
        headers.Set(Name, string.Join(", ", directives.Prepend("private")));
    }

    // A directive may have an argument: s-maxage=60.
    private static bool Is(string directive, string name) =>
        string.Equals(directive.Split('=')[0].Trim(), name, StringComparison.OrdinalIgnoreCase);
}
