using System;
using System.Collections.Generic;
using System.Security.Claims;
using System.Threading;
using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>
/// Describes the user of a validated token, for whom the application finds or creates its own user, as
/// <c>get_or_create_for_cognito</c> of django-cognito-jwt does.
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
        HasProfile = profile != null || token.TokenUse == CognitoTokenUse.Id;
        Attributes = profile == null ? token.Attributes : token.Attributes.MergeProfile(profile);
        CancellationToken = cancellationToken;
    }

    /// <summary>Gets the token.</summary>
    public CognitoToken Token { get; }

    /// <inheritdoc cref="CognitoToken.Subject"/>
    public string Subject => Token.Subject;

    /// <inheritdoc cref="CognitoToken.UserPoolId"/>
    public string UserPoolId => Token.UserPoolId;

    /// <inheritdoc cref="CognitoToken.Issuer"/>
    public string Issuer => Token.Issuer;

    /// <inheritdoc cref="CognitoToken.Username"/>
    public string? Username => Token.Username;

    /// <summary>
    /// Gets whether the user's attributes are known: an ID token has them, and for an access token
    /// <see cref="CognitoJwtAuthenticationOptions.UserInfo"/> reads them. Without a profile, <see cref="Email"/> and the other
    /// attributes are null although the user may have them. Keep what you stored from an earlier token then.
    /// </summary>
    public bool HasProfile { get; }

    /// <summary>
    /// Gets the user's e-mail address; null if the user has none, or if there is no profile (<see cref="HasProfile"/>). Trust it
    /// only with <see cref="EmailVerified"/>.
    /// </summary>
    public string? Email => Attributes[CognitoClaimTypes.Email];

    /// <inheritdoc cref="CognitoToken.EmailVerified"/>
    public bool EmailVerified => CognitoToken.IsEmailVerified(Attributes);

    /// <inheritdoc cref="CognitoToken.Groups"/>
    public IReadOnlyList<string> Groups => Token.Groups;

    /// <summary>
    /// Gets the accounts at other identity providers with which the user signs in; empty for a user who signs in at the pool
    /// itself.
    /// </summary>
    public IReadOnlyList<CognitoFederatedIdentity> Identities =>
        CognitoFederatedIdentity.ReadList(Attributes[CognitoClaimTypes.Identities]);

    /// <summary>
    /// Gets the user's attributes by name, as text: <c>Attributes["custom:tenant"]</c>; <see langword="null"/> if one is not set.
    /// They are the claims of the token. With <see cref="CognitoJwtAuthenticationOptions.UserInfo"/>, the profile adds attributes
    /// to an access token. If both have an attribute, the token's is used.
    /// </summary>
    public CognitoAttributes Attributes { get; }

    /// <inheritdoc cref="CognitoToken.TokenUse"/>
    public CognitoTokenUse TokenUse => Token.TokenUse;

    /// <inheritdoc cref="CognitoToken.UserPool"/>
    public CognitoUserPool UserPool => Token.UserPool;

    /// <inheritdoc cref="CognitoToken.RawToken"/>
    public string RawToken => Token.RawToken;

    /// <summary>
    /// Gets a token that is cancelled when the outcome is no longer wanted: when the host ends the application, or when the handler has taken
    /// longer than <see cref="CognitoJwtAuthenticationOptions.ProvisioningTimeout"/>. With <see cref="CognitoProvisioning.EveryRequest"/>, also when
    /// the client hangs up; with <see cref="CognitoProvisioning.OncePerToken"/> not, because other requests may wait for the same outcome.
    /// </summary>
    public CancellationToken CancellationToken { get; }

    internal IReadOnlyList<Claim> Claims => _claims;

    internal object? User { get; private set; }

    internal string? RejectionReason { get; private set; }

    /// <summary>Adds a claim to the user, such as its id in the application's database.</summary>
    /// <param name="type">The claim type.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public void AddClaim(string type, string value) => AddClaim(new Claim(type, value));

    /// <summary>Adds a claim to the user, such as its id in the application's database.</summary>
    /// <param name="claim">The claim.</param>
    /// <exception cref="ArgumentNullException"><paramref name="claim"/> is null.</exception>
    public void AddClaim(Claim claim) => _claims.Add(claim ?? throw new ArgumentNullException(nameof(claim)));

    /// <summary>
    /// Sets the application's own user object, which controllers get with <c>GetCognitoUser&lt;TUser&gt;()</c>. Make it
    /// immutable: with <see cref="CognitoProvisioning.OncePerToken"/> several requests share it at the same time.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <exception cref="ArgumentNullException"><paramref name="user"/> is null.</exception>
    public void SetUser(object user) => User = user ?? throw new ArgumentNullException(nameof(user));

    /// <summary>Rejects the user: the request has no user, and a 401 says <c>invalid_token</c>.</summary>
    /// <param name="reason">
    /// One sentence, which the client reads as <c>error_description</c>. Characters that a header must not have are replaced.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="reason"/> is null.</exception>
    public void Reject(string reason) => RejectionReason = reason ?? throw new ArgumentNullException(nameof(reason));
}
