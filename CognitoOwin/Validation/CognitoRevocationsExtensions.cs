using System;
using System.Security.Principal;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin;

/// <summary>Revokes by the user of a request: <c>Request.GetCognitoRevocations().RevokeSignInAsync(User)</c>.</summary>
public static class CognitoRevocationsExtensions
{
    /// <summary>Revokes the sign-in from which the user's token comes: every token of it.</summary>
    /// <param name="revocations">The revocations.</param>
    /// <param name="user">The user, who came with a Cognito token.</param>
    /// <param name="isRefreshTokenRevoked">
    /// Whether Cognito has revoked the refresh token too. See <see cref="ICognitoRevocations.RevokeSignInAsync"/>.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the tokens are refused.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">
    /// The user came without a Cognito token, or the token has no <c>origin_jti</c> (<see cref="CognitoToken.OriginJti"/>).
    /// </exception>
    /// <exception cref="InvalidOperationException">The list is full, so that nothing was revoked.</exception>
    /// <exception cref="CognitoRevocationStoreException">
    /// The tokens are refused on this server, but the store could not be written, so the other servers do not know it yet.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled. With a store, the tokens may be refused already.
    /// </exception>
    public static Task RevokeSignInAsync(
        this ICognitoRevocations revocations,
        IPrincipal user,
        bool isRefreshTokenRevoked = false,
        CancellationToken cancellationToken = default)
    {
        var token = GetToken(revocations, user);
        return revocations.RevokeSignInAsync(token.UserPoolId, token.OriginJti, isRefreshTokenRevoked, cancellationToken);
    }

    /// <summary>Revokes the user's token. Other tokens of the same sign-in are accepted.</summary>
    /// <param name="revocations">The revocations.</param>
    /// <param name="user">The user, who came with a Cognito token.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the token is refused.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">
    /// The user came without a Cognito token, or the token has no <c>jti</c> (<see cref="CognitoToken.Jti"/>).
    /// </exception>
    /// <exception cref="InvalidOperationException">The list is full, so that nothing was revoked.</exception>
    /// <exception cref="CognitoRevocationStoreException">
    /// The tokens are refused on this server, but the store could not be written, so the other servers do not know it yet.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled. With a store, the tokens may be refused already.
    /// </exception>
    public static Task RevokeTokenAsync(
        this ICognitoRevocations revocations, IPrincipal user, CancellationToken cancellationToken = default)
    {
        var token = GetToken(revocations, user);
        return revocations.RevokeTokenAsync(token.UserPoolId, token.Jti, token.ExpiresAt, cancellationToken);
    }

    /// <summary>Revokes the user in all of its sign-ins.</summary>
    /// <param name="revocations">The revocations.</param>
    /// <param name="user">The user, who came with a Cognito token.</param>
    /// <param name="moment">
    /// The moment until which sign-ins are revoked. Default (null): now, plus the clock skew. See
    /// <see cref="ICognitoRevocations.RevokeUserAsync"/>.
    /// </param>
    /// <param name="areRefreshTokensRevoked">
    /// Whether Cognito has revoked the refresh tokens too. See <see cref="ICognitoRevocations.RevokeSignInAsync"/>.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the tokens are refused.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">
    /// The user came without a Cognito token, or with one of a client that acts for itself (<see cref="CognitoToken.IsClient"/>).
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="moment"/> is in the future by more than the clock skew.
    /// </exception>
    /// <exception cref="InvalidOperationException">The list is full, so that nothing was revoked.</exception>
    /// <exception cref="CognitoRevocationStoreException">
    /// The tokens are refused on this server, but the store could not be written, so the other servers do not know it yet.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled. With a store, the tokens may be refused already.
    /// </exception>
    public static Task RevokeUserAsync(
        this ICognitoRevocations revocations,
        IPrincipal user,
        DateTimeOffset? moment = null,
        bool areRefreshTokensRevoked = false,
        CancellationToken cancellationToken = default)
    {
        var token = GetToken(revocations, user);
        return token.IsClient
            ? throw new ArgumentException("The token is a client's that acts for itself. Call RevokeClientAsync.", nameof(user))
            : revocations.RevokeUserAsync(token.UserPoolId, token.Subject, moment, areRefreshTokensRevoked, cancellationToken);
    }

    private static CognitoToken GetToken(ICognitoRevocations revocations, IPrincipal user)
    {
        if (revocations == null)
        {
            throw new ArgumentNullException(nameof(revocations));
        }

        return CognitoClaimsPrincipalExtensions.FindToken(user ?? throw new ArgumentNullException(nameof(user)))
            ?? throw new ArgumentException("The user of the request did not come with a Cognito token.", nameof(user));
    }
}
