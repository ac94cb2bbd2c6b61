using System.Collections.Generic;
using System.Text;

namespace CognitoOwin.Tests.Hosting;

/// <summary>What a client would have got.</summary>
public sealed class OwinTestResponse
{
    private readonly IReadOnlyDictionary<string, string[]> _headers;

    internal OwinTestResponse(
        int statusCode,
        string? reasonPhrase,
        IReadOnlyDictionary<string, string[]> headers,
        byte[] body,
        IDictionary<string, object> environment)
    {
        StatusCode = statusCode;
        ReasonPhrase = reasonPhrase;
        _headers = headers;
        BodyBytes = body;
        Environment = environment;
    }

    public int StatusCode { get; }

    public string? ReasonPhrase { get; }

    public byte[] BodyBytes { get; }

    public string Body => Encoding.UTF8.GetString(BodyBytes);

    /// <summary>The OWIN environment after the request, for what no client sees: <c>server.User</c>, for one.</summary>
    public IDictionary<string, object> Environment { get; }

    /// <summary>The header's values, joined as a client may join them; null when it was not sent.</summary>
    public string? Header(string name) => _headers.TryGetValue(name, out var values) ? string.Join(", ", values) : null;

    public IReadOnlyList<string> Headers(string name) => _headers.TryGetValue(name, out var values) ? values : [];
}
