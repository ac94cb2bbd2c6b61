using System;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin;

/// <summary>
/// Revokes tokens before they expire. When the task of a call has completed, every later request to this server with such a token is
/// refused with <see cref="TokenRejection.Revoked"/>; with a <see cref="CognitoRevocationsOptions.Store"/>, the other servers refuse it
/// within a second. A controller gets it with <c>Request.GetCognitoRevocations()</c> (CognitoOwin.WebApi) or
/// <c>Request.GetOwinContext().GetCognitoRevocations()</c>; outside a request it is <see cref="CognitoTokenValidator.Revocations"/>.
/// <see cref="CognitoRevocationsExtensions"/> has the same methods for the user of a request. <c>docs/sign-out.md</c> says which method
/// fits which case.
/// </summary>
/// <remarks>
/// A second call for the same sign-in, user, token or client never takes anything back: the longer lifetime and the later moment
/// count.
/// </remarks>
public interface ICognitoRevocations
{
    /// <summary>Revokes a sign-in: every token with its <c>origin_jti</c>, which refreshed tokens keep.</summary>
    /// <param name="userPoolId">The id of the user pool.</param>
    /// <param name="originJti">The <c>origin_jti</c> of a token of the sign-in: 1 to 256 characters.</param>
    /// <param name="isRefreshTokenRevoked">
    /// Whether Cognito has revoked the refresh token too (<c>RevokeToken</c>, <c>GlobalSignOut</c>), so that it issues no more
    /// tokens of this sign-in. The revocation is then kept for 24 hours and twice the clock skew. Otherwise it is kept for
    /// <see cref="CognitoRevocationsOptions.RefreshTokenLifetime"/> longer.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the tokens are refused.</returns>
    /// <exception cref="ArgumentException">
    /// The user pool is not configured, or <paramref name="originJti"/> is null, empty or too long. Cognito writes it if token
    /// revocation is enabled for the app client, and not for client credentials.
    /// </exception>
    /// <exception cref="InvalidOperationException">The list is full, so that nothing was revoked.</exception>
    /// <exception cref="CognitoRevocationStoreException">
    /// The tokens are refused on this server, but the store could not be written, so the other servers do not know it yet.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled. With a store, the tokens may be refused already.
    /// </exception>
    Task RevokeSignInAsync(
        string userPoolId, string? originJti, bool isRefreshTokenRevoked = false, CancellationToken cancellationToken = default);

    /// <summary>
    /// Revokes a user from a moment: every token whose <c>auth_time</c> is not after it. A token without <c>auth_time</c> counts
    /// by its <c>iat</c>, and is refused if it has neither. Tokens of later sign-ins are accepted.
    /// </summary>
    /// <param name="userPoolId">The id of the user pool.</param>
    /// <param name="subject">The user's id in its pool (<c>sub</c>): 1 to 256 characters.</param>
    /// <param name="moment">
    /// The moment. Tokens have whole seconds, so a sign-in in the same second is refused too. Default (null): now plus
    /// <see cref="CognitoJwtAuthenticationOptions.ClockSkew"/>, so that no earlier sign-in is missed if the clock of this host is
    /// behind Cognito's. A sign-in in the minute after the call is then refused too. If the user may sign in again at once, pass
    /// <c>DateTimeOffset.UtcNow</c>.
    /// </param>
    /// <param name="areRefreshTokensRevoked">
    /// Whether Cognito has revoked the user's refresh tokens too (<c>AdminUserGlobalSignOut</c>, <c>AdminDisableUser</c>). See
    /// <see cref="RevokeSignInAsync"/>.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the tokens are refused.</returns>
    /// <exception cref="ArgumentException">
    /// The user pool is not configured, or <paramref name="subject"/> is empty or too long.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="moment"/> is in the future by more than the clock skew. A revocation does not lock a user: disable it in
    /// the pool.
    /// </exception>
    /// <exception cref="InvalidOperationException">The list is full, so that nothing was revoked.</exception>
    /// <exception cref="CognitoRevocationStoreException">
    /// The tokens are refused on this server, but the store could not be written, so the other servers do not know it yet.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled. With a store, the tokens may be refused already.
    /// </exception>
    Task RevokeUserAsync(
        string userPoolId,
        string subject,
        DateTimeOffset? moment = null,
        bool areRefreshTokensRevoked = false,
        CancellationToken cancellationToken = default);

    /// <summary>Revokes one token. Other tokens of the same sign-in, and tokens that are refreshed later, are accepted.</summary>
    /// <param name="userPoolId">The id of the user pool.</param>
    /// <param name="jti">The token's <c>jti</c>: 1 to 256 characters.</param>
    /// <param name="expiresAt">
    /// The time at which the token expires (<c>exp</c>). The revocation is kept until then, plus the clock skew.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the token is refused.</returns>
    /// <exception cref="ArgumentException">
    /// The user pool is not configured, or <paramref name="jti"/> is null, empty or too long.
    /// </exception>
    /// <exception cref="InvalidOperationException">The list is full, so that nothing was revoked.</exception>
    /// <exception cref="CognitoRevocationStoreException">
    /// The tokens are refused on this server, but the store could not be written, so the other servers do not know it yet.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled. With a store, the tokens may be refused already.
    /// </exception>
    Task RevokeTokenAsync(
        string userPoolId, string? jti, DateTimeOffset expiresAt, CancellationToken cancellationToken = default);

    /// <summary>
    /// Revokes an app client from a moment: every token that was issued to it and whose <c>iat</c> is not after the moment, or
    /// that has no <c>iat</c>. Refreshing still works: a client can get new tokens with a refresh token, and they are accepted.
    /// The revocation is kept for 24 hours and twice the clock skew.
    /// </summary>
    /// <param name="userPoolId">The id of the user pool.</param>
    /// <param name="clientId">The id of the app client.</param>
    /// <param name="moment">The moment. Default (null): see <see cref="RevokeUserAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the tokens are refused.</returns>
    /// <exception cref="ArgumentException">The user pool or its app client is not configured.</exception>
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
    Task RevokeClientAsync(
        string userPoolId, string clientId, DateTimeOffset? moment = null, CancellationToken cancellationToken = default);
}
