using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Claims;
using System.Security.Principal;
using CognitoOwin.Claims;

namespace CognitoOwin;

/// <summary>
/// Gives controllers access to their user. All methods read the identity that CognitoOwin created, and none of the other
/// identities of the principal. Without such an identity they return null, an empty list or <see langword="false"/>.
/// </summary>
public static class CognitoClaimsPrincipalExtensions
{
    /// <summary>Gets the user's id in its pool (<c>sub</c>), which never changes.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The id, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static string? GetCognitoSubject(this IPrincipal principal) => GetValue(principal, ClaimTypes.NameIdentifier);

    /// <summary>
    /// Gets the id of the user pool that the user is in. Together with <see cref="GetCognitoSubject"/> it identifies the user.
    /// </summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The id, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static string? GetCognitoUserPoolId(this IPrincipal principal) => FindIdentity(principal)?.Token?.UserPoolId;

    /// <summary>Gets the issuer of the token. A pool has several, and AWS can switch between them.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The issuer, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static string? GetCognitoIssuer(this IPrincipal principal) => GetValue(principal, CognitoClaimTypes.Issuer);

    /// <summary>
    /// Gets the user's name in its pool (<c>cognito:username</c> of an ID token, <c>username</c> of an access token).
    /// </summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The name, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static string? GetCognitoUsername(this IPrincipal principal) =>
        GetValue(principal, CognitoClaimTypes.Username) ?? GetValue(principal, CognitoClaimTypes.AccessTokenUsername);

    /// <summary>
    /// Gets the e-mail address in the token. Only ID tokens have it; the application's own user may have the one of an earlier
    /// token.
    /// </summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The address, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static string? GetCognitoEmail(this IPrincipal principal) => GetValue(principal, CognitoClaimTypes.Email);

    /// <summary>Checks whether the pool has verified the e-mail address (<c>email_verified</c>, a boolean or a string).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns><see langword="true"/> if the pool has verified it; otherwise, <see langword="false"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static bool IsCognitoEmailVerified(this IPrincipal principal) => FindIdentity(principal)?.Token?.EmailVerified == true;

    /// <summary>Gets the accounts at other identity providers with which the user signs in. Only ID tokens have them.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The accounts; empty if there are none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static IReadOnlyList<CognitoFederatedIdentity> GetCognitoIdentities(this IPrincipal principal) =>
        FindIdentity(principal)?.Token?.Identities ?? [];

    /// <summary>Gets the groups of the pool that the user is in (<c>cognito:groups</c>).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The groups; empty if there are none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static IReadOnlyList<string> GetCognitoGroups(this IPrincipal principal) =>
        GetValues(principal, CognitoClaimTypes.Groups);

    /// <summary>Checks whether the user is in a group of the pool.</summary>
    /// <param name="principal">The principal.</param>
    /// <param name="group">The group. Its name is case-sensitive.</param>
    /// <returns><see langword="true"/> if the user is in the group; otherwise, <see langword="false"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static bool IsInCognitoGroup(this IPrincipal principal, string group) =>
        principal.GetCognitoGroups().Contains(group, StringComparer.Ordinal);

    /// <summary>Gets the scopes of an access token (<c>scope</c>).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The scopes; empty if there are none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static IReadOnlyList<string> GetCognitoScopes(this IPrincipal principal) =>
        GetValue(principal, CognitoClaimTypes.Scope)?.Split([' '], StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Checks whether the access token has a scope.</summary>
    /// <param name="principal">The principal.</param>
    /// <param name="scope">The scope. It is case-sensitive.</param>
    /// <returns><see langword="true"/> if the token has the scope; otherwise, <see langword="false"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static bool HasCognitoScope(this IPrincipal principal, string scope) =>
        principal.GetCognitoScopes().Contains(scope, StringComparer.Ordinal);

    /// <summary>Gets the kind of token that came with the request.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The kind, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static CognitoTokenUse? GetCognitoTokenUse(this IPrincipal principal) =>
        TokenUseClaim.Parse(GetValue(principal, CognitoClaimTypes.TokenUse)) is not CognitoTokenUse.Any and var tokenUse
            ? tokenUse
            : null;

    /// <summary>Gets the application's name for the user pool that the user is in (<see cref="CognitoUserPool.Name"/>).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The name, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static string? GetCognitoUserPool(this IPrincipal principal) => FindIdentity(principal)?.Token?.UserPool.Name;

    /// <summary>
    /// Checks whether the principal is a client that acts for itself (client credentials), and not a user.
    /// </summary>
    /// <param name="principal">The principal.</param>
    /// <returns><see langword="true"/> for a client; otherwise, <see langword="false"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static bool IsCognitoClient(this IPrincipal principal) => FindIdentity(principal)?.Token?.IsClient == true;

    /// <summary>
    /// Gets the app client to which the token was issued (<c>aud</c> of an ID token, <c>client_id</c> of an access token).
    /// </summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The client id, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static string? GetCognitoClientId(this IPrincipal principal) => FindIdentity(principal)?.Token?.ClientId;

    /// <summary>
    /// Gets the id of the sign-in from which the token comes (<c>origin_jti</c>). Refreshed tokens keep it.
    /// </summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The id, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static string? GetCognitoOriginJti(this IPrincipal principal) => FindToken(principal)?.OriginJti;

    /// <summary>Gets an attribute of the user, such as <c>custom:tenant</c>.</summary>
    /// <param name="principal">The principal.</param>
    /// <param name="name">The name of the claim. It is case-sensitive.</param>
    /// <returns>The value, or the first item of a list; null if the user does not have the attribute.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static string? GetCognitoAttribute(this IPrincipal principal, string name) => GetValue(principal, name);

    /// <summary>Gets an attribute of the user that is a list, such as the roles that a trigger of the pool has set.</summary>
    /// <param name="principal">The principal.</param>
    /// <param name="name">The name of the claim. It is case-sensitive.</param>
    /// <returns>The items of the list, or the one value; empty if the user does not have the attribute.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IReadOnlyList<string> GetCognitoAttributes(this IPrincipal principal, string name) => GetValues(principal, name);

    /// <summary>
    /// Gets the application's own user, which the provisioning handler set with
    /// <see cref="CognitoProvisionUserContext.SetUser"/>.
    /// </summary>
    /// <typeparam name="TUser">The application's class for users.</typeparam>
    /// <param name="principal">The principal.</param>
    /// <returns>The user; null if the handler set none, or one of another class.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static TUser? GetCognitoUser<TUser>(this IPrincipal principal)
        where TUser : class => FindIdentity(principal)?.User as TUser;

    /// <summary>Gets the raw token, if <see cref="CognitoJwtAuthenticationOptions.SaveToken"/> keeps it.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The token, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    public static string? GetCognitoToken(this IPrincipal principal) => FindIdentity(principal)?.BootstrapContext as string;

    /// <summary>
    /// Creates the value of the <c>WWW-Authenticate</c> header for a 403 to this user: <c>insufficient_scope</c> (RFC 6750 §3.1),
    /// in the scheme and realm of the middleware that accepted the user's token. <c>[CognitoAuthorize]</c> uses it, and the
    /// application's own code may use it to reject a user.
    /// </summary>
    /// <param name="principal">The principal.</param>
    /// <param name="description">
    /// One sentence, which the client reads as <c>error_description</c>. Characters that a header must not have are replaced.
    /// </param>
    /// <param name="scopes">The scopes of which one is enough; none if the user lacks another right.</param>
    /// <returns>The value; null if the principal came without a Cognito token, so that a 401 is the right answer.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static string? CreateInsufficientScopeChallenge(this IPrincipal principal, string description, params string[] scopes) =>
        FindIdentity(principal)?.Settings?.CreateInsufficientScopeChallenge(
            description ?? throw new ArgumentNullException(nameof(description)),
            scopes ?? throw new ArgumentNullException(nameof(scopes)));

    /// <summary>Gets the validated token of the principal.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The token, or null.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="principal"/> is null.</exception>
    internal static CognitoToken? FindToken(IPrincipal principal) => FindIdentity(principal)?.Token;

    private static string? GetValue(IPrincipal principal, string type) => FindIdentity(principal)?.FindFirst(type)?.Value;

    private static IReadOnlyList<string> GetValues(IPrincipal principal, string type) =>
        [.. FindIdentity(principal)?.FindAll(type).Select(claim => claim.Value) ?? []];

    private static CognitoIdentity? FindIdentity(IPrincipal principal)
    {
        if (principal == null)
        {
            throw new ArgumentNullException(nameof(principal));
        }

        return principal is ClaimsPrincipal claims
            ? claims.Identities.OfType<CognitoIdentity>().FirstOrDefault()
            : principal.Identity as CognitoIdentity;
    }
}
