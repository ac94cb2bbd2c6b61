using System;
using System.Collections.Generic;
using System.Security.Principal;
using System.Text;
using System.Threading;

namespace CognitoOwin.Tests.Hosting;

/// <param name="method">The HTTP method.</param>
/// <param name="target">The path, and after a question mark the query string.</param>
public sealed class OwinTestRequest(string method, string target)
{
    public string Method { get; } = method;

    public string Target { get; } = target;

    public string Scheme { get; set; } = "https";

    /// <summary>The whole header, scheme and all. To send it twice, or empty, use <see cref="Headers"/>.</summary>
    public string? Authorization { get; set; }

    /// <summary>Every value of every header, as a server hands them over.</summary>
    public Dictionary<string, string[]> Headers { get; } = new(StringComparer.OrdinalIgnoreCase) { ["Host"] = ["api.example.test"] };

    public byte[] Body { get; set; } = [];

    /// <summary>Whom the host has authenticated already; null for nobody.</summary>
    public IPrincipal? User { get; set; }

    /// <summary>Cancelled when the client goes away.</summary>
    public CancellationToken CallCancelled { get; set; }

    /// <summary>The <c>owin.RequestId</c> that the server gives the request; null for none.</summary>
    public string? RequestId { get; set; }

    public OwinTestRequest WithBody(string text, string contentType)
    {
        Body = Encoding.UTF8.GetBytes(text);
        Headers["Content-Type"] = [contentType];
        return this;
    }

    internal (string Path, string Query) SplitTarget()
    {
        var mark = Target.IndexOf('?');
        return mark < 0
            ? (Uri.UnescapeDataString(Target), string.Empty)
            : (Uri.UnescapeDataString(Target.Substring(0, mark)), Target.Substring(mark + 1));
    }

    internal Dictionary<string, string[]> HeadersToSend()
    {
        var headers = new Dictionary<string, string[]>(Headers, StringComparer.OrdinalIgnoreCase);
        if (Authorization is not null)
        {
            headers["Authorization"] = [Authorization];
        }

        return headers;
    }
}
