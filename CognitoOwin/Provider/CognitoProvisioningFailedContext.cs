using System;
using System.Net.Http.Headers;
using CognitoOwin.Validation;
using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>
/// Describes a request whose user is not known, because the provisioning handler failed. The request goes on without a user. The
/// application may set the answer that replaces a 401.
/// </summary>
public sealed class CognitoProvisioningFailedContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    private int _statusCode = 503;
    private string _contentType = "application/json; charset=utf-8";

    internal CognitoProvisioningFailedContext(
        IOwinContext context,
        CognitoJwtAuthenticationOptions options,
        CognitoToken token,
        Exception? exception,
        bool isRepeated,
        TimeSpan? retryAfter)
        : base(context, options)
    {
        Token = token;
        Exception = exception;
        IsRepeated = isRepeated;
        RetryAfter = retryAfter;
    }

    /// <summary>Gets the token, which is valid.</summary>
    public CognitoToken Token { get; }

    /// <summary>
    /// Gets the exception of the handler, or a <see cref="TimeoutException"/> if it took longer than
    /// <see cref="CognitoJwtAuthenticationOptions.ProvisioningTimeout"/>. Null if the handler was not called, because
    /// <see cref="CognitoJwtAuthenticationOptions.MaximumPendingProvisioning"/> requests waited already or the application ends.
    /// </summary>
    public Exception? Exception { get; }

    /// <summary>
    /// Gets whether <see cref="Exception"/> need not be logged again: it is null, another request reports it, or an exception of its
    /// type was reported less than a minute ago.
    /// </summary>
    public bool IsRepeated { get; }

    /// <summary>Gets or sets the status of the answer: 400 to 599. Default: 503.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not from 400 to 599.</exception>
    public int StatusCode
    {
        get => _statusCode;
        set => _statusCode = value is >= 400 and <= 599
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The status of a failure is 400 to 599.");
    }

    /// <summary>Gets or sets the value of <c>Retry-After</c>; null for no such header. Default: 5 seconds.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>
    /// Gets or sets the body of the answer. CognitoOwin writes it with <see cref="InvalidTokenHandling.Reject"/>; otherwise the
    /// message handler of CognitoOwin.WebApi puts it in place of the body of Web API's 401. Default (null): no body, or Web API's
    /// usual one with a message.
    /// </summary>
    public string? Body { get; set; }

    /// <summary>Gets or sets the content type of <see cref="Body"/>. Default: <c>application/json; charset=utf-8</c>.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="FormatException">The value is not a media type.</exception>
    public string ContentType
    {
        get => _contentType;
        set => _contentType = MediaTypeHeaderValue.Parse(value ?? throw new ArgumentNullException(nameof(value))).ToString();
    }

    /// <summary>Gets the failure in one fixed English sentence, which shows nothing of the exception.</summary>
    public string Description { get; } = RejectionText.GetDescription(TokenRejection.ProvisioningFailed);
}
