using System;
using System.Collections.Generic;
using Microsoft.Owin;

namespace CognitoOwin;

/// <summary>Protects against cross-site request forgery where a browser adds the token by itself, as it does with a cookie.</summary>
internal static class RequestSite
{
    /// <summary>Checks whether a token counts that the browser has added by itself.</summary>
    /// <param name="request">The request.</param>
    /// <returns>
    /// <see langword="true"/> if the method is GET, HEAD or OPTIONS and the request opens no web socket, or if the browser says that a
    /// page of this site has sent the request; otherwise, <see langword="false"/>.
    /// </returns>
    public static bool AllowsCookie(IOwinRequest request) => IsSafe(request) || IsFromThisSite(request);

    // RFC 9110 §9.2.1: these methods change nothing. A web socket begins with GET and then takes commands from any site.
    private static bool IsSafe(IOwinRequest request) =>
        request.Method is "GET" or "HEAD" or "OPTIONS" && !request.Headers.ContainsKey("Upgrade");

    // A page can set neither header. Sec-Fetch-Site decides, because the browser compares with the address that it has asked, and a
    // proxy may have changed the Host header.
    private static bool IsFromThisSite(IOwinRequest request)
    {
        if (request.Headers.GetValues("Sec-Fetch-Site") is { Count: > 0 } sites)
        {
            return sites.Count == 1 && sites[0] == "same-origin";
        }

        return GetSingle(request, "Origin") is { } origin
            && GetOwnOrigin(request) is { } own
            && string.Equals(origin, own, StringComparison.OrdinalIgnoreCase);
    }

    // RFC 6454 §6.2: scheme, host, and the port unless it is the default one.
    private static string? GetOwnOrigin(IOwinRequest request)
    {
        if (GetSingle(request, "Host") is not { } host)
        {
            return null;
        }

        // A load balancer that ends TLS names the scheme that the browser has used.
        var scheme = request.Headers.ContainsKey("X-Forwarded-Proto") ? GetSingle(request, "X-Forwarded-Proto") : request.Scheme;
        var defaultPort = string.Equals(scheme, "https", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80";
        return scheme == null ? null : scheme + "://" + RemoveEnd(host, defaultPort);
    }

    private static string RemoveEnd(string text, string end) =>
        text.EndsWith(end, StringComparison.Ordinal) ? text.Substring(0, text.Length - end.Length) : text;

    private static string? GetSingle(IOwinRequest request, string header) =>
        request.Headers.GetValues(header) is { Count: 1 } values && values[0] is { Length: > 0 } value ? value : null;
}
