using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>Describes a token or a header that was not accepted.</summary>
public sealed class CognitoAuthenticationFailedContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    internal CognitoAuthenticationFailedContext(
        IOwinContext context, CognitoJwtAuthenticationOptions options, TokenRejection rejection, string description)
        : base(context, options)
    {
        Rejection = rejection;
        Description = description;
    }

    /// <summary>Gets the broken rule.</summary>
    public TokenRejection Rejection { get; }

    /// <summary>Gets the sentence that the client reads.</summary>
    public string Description { get; }
}
