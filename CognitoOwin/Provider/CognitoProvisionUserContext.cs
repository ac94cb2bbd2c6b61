using System;
using System.Collections.Generic;
using System.Security.Claims;
using System.Threading;
using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>
/// A user whose token was validated, for the application to find or create its own: what <c>get_or_create_for_cognito</c> of
/// django-cognito-jwt is given.
/// </summary>
public sealed class CognitoProvisionUserContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    private readonly List<Claim> _claims = [];

    internal CognitoProvisionUserContext(
        IOwinContext context,
        CognitoJwtAuthenticationOptions options,
        CognitoToken token,
        CognitoAttributes? profile,
        CancellationToken cancellationToken)
        : base(context, options)
    {
        Token = token;
        Attributes = profile == null ? token.Attributes : token.Attributes.MergeProfile(profile);
        CancellationToken = cancellationToken;
    }

    /// <summary>The token.</summary>
    public CognitoToken Token { get; }

    /// <inheritdoc cref="CognitoToken.Subject"/>
    public string Subject => Token.Subject;

    /// <inheritdoc cref="CognitoToken.Issuer"/>
    public string Issuer => Token.Issuer;

    /// <inheritdoc cref="CognitoToken.Username"/>
    public string? Username => Token.Username;

    /// <summary>The user's e-mail address; null where it has none. Trust it only with <see cref="EmailVerified"/>.</summary>
    public string? Email => Attributes[CognitoClaimTypes.Email];

    /// <inheritdoc cref="CognitoToken.EmailVerified"/>
    public bool EmailVerified => CognitoToken.IsEmailVerified(Attributes);

    /// <inheritdoc cref="CognitoToken.Groups"/>
    public IReadOnlyList<string> Groups => Token.Groups;

    /// <summary>The accounts at other identity providers by which the user signs in; empty for one who signs in at the pool.</summary>
    public IReadOnlyList<CognitoFederatedIdentity> Identities =>
        CognitoFederatedIdentity.ReadList(Attributes[CognitoClaimTypes.Identities]);

    /// <summary>
    /// The user's attributes by name, as text: <c>Attributes["custom:tenant"]</c>; <see langword="null"/> for what is not set. They
    /// are the claims of the token and, with <see cref="CognitoJwtAuthenticationOptions.UserInfo"/>, what the profile adds to those of
    /// an access token. Where both have an attribute, it is the token's.
    /// </summary>
    public CognitoAttributes Attributes { get; }

    /// <inheritdoc cref="CognitoToken.TokenUse"/>
    public CognitoTokenUse TokenUse => Token.TokenUse;

    /// <inheritdoc cref="CognitoToken.UserPool"/>
    public CognitoUserPool UserPool => Token.UserPool;

    /// <inheritdoc cref="CognitoToken.RawToken"/>
    public string RawToken => Token.RawToken;

    /// <summary>
    /// Cancelled when the work is no longer wanted. With <see cref="CognitoProvisioning.OncePerToken"/> that is when the host
    /// ends the application, not when the client hangs up: other requests of the token wait for the same outcome.
    /// </summary>
    public CancellationToken CancellationToken { get; }

    internal IReadOnlyList<Claim> Claims => _claims;

    internal object? User { get; private set; }

    internal string? RejectionReason { get; private set; }

    /// <summary>Adds a claim to the user, such as its id in the application's database.</summary>
    /// <param name="type">The claim type.</param>
    /// <param name="value">The value.</param>
    public void AddClaim(string type, string value) => AddClaim(new Claim(type, value));

    /// <summary>Adds a claim to the user, such as its id in the application's database.</summary>
    /// <param name="claim">The claim.</param>
    public void AddClaim(Claim claim) => _claims.Add(claim ?? throw new ArgumentNullException(nameof(claim)));

    /// <summary>
    /// Sets the application's own user object, which controllers get by <c>GetCognitoUser&lt;TUser&gt;()</c>. With
    /// <see cref="CognitoProvisioning.OncePerToken"/> requests share it, at the same time too: make it immutable.
    /// </summary>
    /// <param name="user">The user.</param>
    public void SetUser(object user) => User = user ?? throw new ArgumentNullException(nameof(user));

    /// <summary>Turns the user away: the request has no user, and a 401 says <c>invalid_token</c>.</summary>
    /// <param name="reason">
    /// One sentence, which the client reads as <c>error_description</c>; what does not belong into a header is left out.
    /// </param>
    public void Reject(string reason) => RejectionReason = reason ?? throw new ArgumentNullException(nameof(reason));
}
