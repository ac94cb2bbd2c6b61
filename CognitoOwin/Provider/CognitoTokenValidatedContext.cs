using System;
using System.Security.Claims;
using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>Describes a valid token, before the application finds its user.</summary>
public sealed class CognitoTokenValidatedContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    internal CognitoTokenValidatedContext(
        IOwinContext context, CognitoJwtAuthenticationOptions options, CognitoToken token, ClaimsIdentity identity)
        : base(context, options)
    {
        Token = token;
        Identity = identity;
    }

    /// <summary>Gets the token.</summary>
    public CognitoToken Token { get; }

    /// <summary>Gets the identity of this request. You may change it; every request has its own.</summary>
    public ClaimsIdentity Identity { get; }

    internal string? RejectionReason { get; private set; }

    /// <summary>Rejects the token, because it breaks a rule of the application.</summary>
    /// <param name="reason">
    /// One sentence, which the client reads as <c>error_description</c>. Characters that a header must not have are replaced.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="reason"/> is null.</exception>
    public void Reject(string reason) => RejectionReason = reason ?? throw new ArgumentNullException(nameof(reason));
}
