using System;
using System.Net;

namespace CognitoOwin.Http;

/// <summary>Holds a complete answer of any status.</summary>
internal sealed class BoundedHttpAnswer(HttpStatusCode status, TimeSpan? retryAfter, byte[] body)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>Gets the <c>Retry-After</c> header; null if it is missing or is not a number of seconds.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    public byte[] Body { get; } = body;
}
