using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>Describes a token or a header that was not accepted.</summary>
public sealed class CognitoAuthenticationFailedContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    internal CognitoAuthenticationFailedContext(
        IOwinContext context, CognitoJwtAuthenticationOptions options, TokenRejection rejection, string description, int statusCode)
        : base(context, options)
    {
        Rejection = rejection;
        Description = description;
        StatusCode = statusCode;
    }

    /// <summary>Gets the broken rule.</summary>
    public TokenRejection Rejection { get; }

    /// <summary>Gets the sentence that the client reads.</summary>
    public string Description { get; }

    /// <summary>
    /// Gets the status that a 401 of the application becomes: 401, 403 if the token lacks a right, 503 if it cannot be validated now, or
    /// the one that the application has set in <see cref="CognitoJwtAuthenticationProvider.OnProvisioningFailed"/>.
    /// </summary>
    public int StatusCode { get; }
}
