using System;
using System.Net;

namespace CognitoOwin.Http;

/// <summary>A complete answer of any status.</summary>
internal sealed class BoundedHttpAnswer(HttpStatusCode status, string? mediaType, TimeSpan? retryAfter, byte[] body)
{
    public HttpStatusCode Status { get; } = status;

    public string? MediaType { get; } = mediaType;

    /// <summary>The <c>Retry-After</c> header, where it names a time span.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    public byte[] Body { get; } = body;
}
