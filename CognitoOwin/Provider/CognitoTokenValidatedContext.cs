using System;
using System.Security.Claims;
using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>A token for which every rule holds, before the application's user is looked for.</summary>
public sealed class CognitoTokenValidatedContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    internal CognitoTokenValidatedContext(
        IOwinContext context, CognitoJwtAuthenticationOptions options, CognitoToken token, ClaimsIdentity identity)
        : base(context, options)
    {
        Token = token;
        Identity = identity;
    }

    /// <summary>The token.</summary>
    public CognitoToken Token { get; }

    /// <summary>This request's identity. It may be changed; other requests have their own.</summary>
    public ClaimsIdentity Identity { get; }

    internal string? RejectionReason { get; private set; }

    /// <summary>Refuses the token for a rule of the application's own.</summary>
    /// <param name="reason">
    /// One sentence, which the client reads as <c>error_description</c>; what does not belong into a header is left out.
    /// </param>
    public void Reject(string reason) => RejectionReason = reason ?? throw new ArgumentNullException(nameof(reason));
}
