using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Claims;
using System.Security.Principal;

namespace CognitoOwin;

/// <summary>
/// What controllers ask of their user. All of them look at the identity that CognitoOwin made, and at no other that the
/// principal may have as well; where there is none they answer null, nothing or false.
/// </summary>
public static class CognitoClaimsPrincipalExtensions
{
    /// <summary>The user's unchanging id in its pool (<c>sub</c>).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The id, or null.</returns>
    public static string? GetCognitoSubject(this IPrincipal principal) => ValueOf(principal, ClaimTypes.NameIdentifier);

    /// <summary>The issuer of the token: which pool the user is in.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The issuer, or null.</returns>
    public static string? GetCognitoIssuer(this IPrincipal principal) => ValueOf(principal, CognitoClaimTypes.Issuer);

    /// <summary>The user's name in its pool (<c>cognito:username</c> of an ID token, <c>username</c> of an access token).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The name, or null.</returns>
    public static string? GetCognitoUsername(this IPrincipal principal) =>
        ValueOf(principal, CognitoClaimTypes.Username) ?? ValueOf(principal, CognitoClaimTypes.AccessTokenUsername);

    /// <summary>The user's e-mail address, which only ID tokens have.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The address, or null.</returns>
    public static string? GetCognitoEmail(this IPrincipal principal) => ValueOf(principal, CognitoClaimTypes.Email);

    /// <summary>Whether the pool has verified the e-mail address (<c>email_verified</c>, a boolean or a string).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>Whether it has.</returns>
    public static bool IsCognitoEmailVerified(this IPrincipal principal) => IdentityOf(principal)?.Token?.EmailVerified == true;

    /// <summary>The accounts at other identity providers by which the user signs in, which only ID tokens have.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The accounts; empty where there are none.</returns>
    public static IReadOnlyList<CognitoFederatedIdentity> GetCognitoIdentities(this IPrincipal principal) =>
        IdentityOf(principal)?.Token?.Identities ?? [];

    /// <summary>The pool's groups that the user is in (<c>cognito:groups</c>).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The groups; empty where there are none.</returns>
    public static IReadOnlyList<string> GetCognitoGroups(this IPrincipal principal) =>
        [.. IdentityOf(principal)?.FindAll(CognitoClaimTypes.Groups).Select(claim => claim.Value) ?? []];

    /// <summary>Whether the user is in a group of the pool, compared to the letter.</summary>
    /// <param name="principal">The principal.</param>
    /// <param name="group">The group.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsInCognitoGroup(this IPrincipal principal, string group) =>
        principal.GetCognitoGroups().Contains(group, StringComparer.Ordinal);

    /// <summary>The scopes of an access token (<c>scope</c>).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The scopes; empty where there are none.</returns>
    public static IReadOnlyList<string> GetCognitoScopes(this IPrincipal principal) =>
        ValueOf(principal, CognitoClaimTypes.Scope)?.Split([' '], StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Whether the access token has a scope, compared to the letter.</summary>
    /// <param name="principal">The principal.</param>
    /// <param name="scope">The scope.</param>
    /// <returns>Whether it has.</returns>
    public static bool HasCognitoScope(this IPrincipal principal, string scope) =>
        principal.GetCognitoScopes().Contains(scope, StringComparer.Ordinal);

    /// <summary>What kind of token the request came with.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The kind, or null.</returns>
    public static CognitoTokenUse? GetCognitoTokenUse(this IPrincipal principal) =>
        ValueOf(principal, CognitoClaimTypes.TokenUse) switch
        {
            "id" => CognitoTokenUse.Id,
            "access" => CognitoTokenUse.Access,
            _ => null,
        };

    /// <summary>What the application calls the user pool that the user is in (<see cref="CognitoUserPool.Name"/>).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The name, or null.</returns>
    public static string? GetCognitoUserPool(this IPrincipal principal) => IdentityOf(principal)?.Token?.UserPool.Name;

    /// <summary>The app client that the token was issued to (<c>aud</c> of an ID token, <c>client_id</c> of an access token).</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The client id, or null.</returns>
    public static string? GetCognitoClientId(this IPrincipal principal) => IdentityOf(principal)?.Token?.ClientId;

    /// <summary>An attribute of the user, such as <c>custom:tenant</c>.</summary>
    /// <param name="principal">The principal.</param>
    /// <param name="name">The name of the claim, to the letter.</param>
    /// <returns>The first value, or null.</returns>
    public static string? GetCognitoAttribute(this IPrincipal principal, string name) => ValueOf(principal, name);

    /// <summary>
    /// The application's own user, as the provisioning handler set it by <see cref="CognitoProvisionUserContext.SetUser"/>.
    /// </summary>
    /// <typeparam name="TUser">The application's class for users.</typeparam>
    /// <param name="principal">The principal.</param>
    /// <returns>The user; null where none was set, or one of another class.</returns>
    public static TUser? GetCognitoUser<TUser>(this IPrincipal principal)
        where TUser : class => IdentityOf(principal)?.User as TUser;

    /// <summary>The raw token, kept when <see cref="CognitoJwtAuthenticationOptions.SaveToken"/> is set.</summary>
    /// <param name="principal">The principal.</param>
    /// <returns>The token, or null.</returns>
    public static string? GetCognitoToken(this IPrincipal principal) => IdentityOf(principal)?.BootstrapContext as string;

    /// <summary>
    /// The value of the <c>WWW-Authenticate</c> header for an answer of 403 to this user: <c>insufficient_scope</c> (RFC 6750 §3.1)
    /// in the scheme and realm of the middleware that let it in. <c>[CognitoAuthorize]</c> uses it; so may code of the
    /// application's own that turns a user away.
    /// </summary>
    /// <param name="principal">The principal.</param>
    /// <param name="description">
    /// One sentence, which the client reads as <c>error_description</c>; what does not belong into a header is left out.
    /// </param>
    /// <param name="scopes">The scopes of which one would have been enough; none where it is no matter of scopes.</param>
    /// <returns>The value; null where the principal came without a token of Cognito, and a 401 is the right answer.</returns>
    public static string? CreateInsufficientScopeChallenge(this IPrincipal principal, string description, params string[] scopes) =>
        IdentityOf(principal)?.Options is { } options
            ? BearerChallenge.InsufficientScope(
                options,
                description ?? throw new ArgumentNullException(nameof(description)),
                scopes ?? throw new ArgumentNullException(nameof(scopes)))
            : null;

    private static string? ValueOf(IPrincipal principal, string type) => IdentityOf(principal)?.FindFirst(type)?.Value;

    private static CognitoIdentity? IdentityOf(IPrincipal principal) =>
        principal == null ? throw new ArgumentNullException(nameof(principal))
        : principal is ClaimsPrincipal claims ? claims.Identities.OfType<CognitoIdentity>().FirstOrDefault()
        : principal.Identity as CognitoIdentity;
}
