using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>A token, or a header, that was not accepted.</summary>
public sealed class CognitoAuthenticationFailedContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    internal CognitoAuthenticationFailedContext(
        IOwinContext context, CognitoJwtAuthenticationOptions options, TokenRejection rejection, string description)
        : base(context, options)
    {
        Rejection = rejection;
        Description = description;
    }

    /// <summary>The rule that does not hold.</summary>
    public TokenRejection Rejection { get; }

    /// <summary>What the client may read of it.</summary>
    public string Description { get; }
}
