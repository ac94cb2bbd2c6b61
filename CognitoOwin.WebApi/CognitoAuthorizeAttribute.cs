using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Security.Principal;
using System.Web.Http;
using System.Web.Http.Controllers;

namespace CognitoOwin.WebApi;

/// <summary>
/// Lets only those in who came with a Cognito token that has the rights named here. It is an <see cref="AuthorizeAttribute"/>:
/// it stands on actions, on controllers or among the global filters, several of them must all hold, its <c>Roles</c> and
/// <c>Users</c> work, and <see cref="AllowAnonymousAttribute"/> lifts it. A request without a Cognito user is answered 401. A user
/// without the right is answered 403 with <c>insufficient_scope</c> (RFC 6750 §3.1), as a new token would not help.
/// </summary>
public class CognitoAuthorizeAttribute : AuthorizeAttribute
{
    private string[] _groups = [];
    private string[] _scopes = [];

    /// <summary>
    /// Groups of the user pool with commas between them; the user must be in one of them. Compared to the letter. Default (null):
    /// any user.
    /// </summary>
    /// <exception cref="ArgumentException">The text names no group: it would let everybody in.</exception>
    public string? Groups
    {
        get => TextOf(_groups);
        set => _groups = Names(value, [','], nameof(Groups));
    }

    /// <summary>
    /// Scopes with commas or spaces between them; the token must have one of them. Compared to the letter. ID tokens have no
    /// scopes. Default (null): any token.
    /// </summary>
    /// <exception cref="ArgumentException">The text names no scope, or has characters no scope has (RFC 6749 §3.3).</exception>
    public string? Scopes
    {
        get => TextOf(_scopes);
        set
        {
            // They are shown in a header.
            var scopes = Names(value, [',', ' '], nameof(Scopes));
            _scopes = scopes.All(scope => scope.All(c => c is > ' ' and <= '~' and not ('"' or '\\')))
                ? scopes
                : throw new ArgumentException($"\"{value}\" is no list of scopes.", nameof(Scopes));
        }
    }

    /// <summary>Which kind of token is needed. Default: <see cref="CognitoTokenUse.Any"/>.</summary>
    public CognitoTokenUse TokenUse { get; set; }

    /// <summary>The <see cref="CognitoUserPool.Name"/> of the one user pool whose users may come. Default (null): every pool's.</summary>
    public string? UserPool { get; set; }

    /// <summary>Whether the request may go on. Override it to ask for more.</summary>
    /// <param name="actionContext">The request and its action.</param>
    /// <returns>Whether its user is of Cognito and has every right that the properties name.</returns>
    protected override bool IsAuthorized(HttpActionContext actionContext) =>
        base.IsAuthorized(actionContext)
        && UserOf(actionContext) is { } user
        && IsCognitoUser(user)
        && MissingRightOf(user) == null;

    /// <summary>Answers a request that may not go on: 403 to a user of Cognito, 401 to everyone else.</summary>
    /// <param name="actionContext">The request and its action; the answer becomes its response.</param>
    protected override void HandleUnauthorizedRequest(HttpActionContext actionContext)
    {
        if (actionContext == null)
        {
            throw new ArgumentNullException(nameof(actionContext));
        }

        if (UserOf(actionContext) is not { Identity.IsAuthenticated: true } user || !IsCognitoUser(user))
        {
            base.HandleUnauthorizedRequest(actionContext);
            return;
        }

        var missing = MissingRightOf(user) ?? new MissingRight("The user may not do this.");
        var response = actionContext.Request.CreateErrorResponse(HttpStatusCode.Forbidden, missing.Description);

        // null only where the identity was serialized on its way here: then nothing is known of the middleware that made it.
        if (user.CreateInsufficientScopeChallenge(missing.Description, missing.Scopes) is { } challenge)
        {
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", challenge);
        }

        actionContext.Response = response;
    }

    private MissingRight? MissingRightOf(IPrincipal user) =>
        UserPool != null && !string.Equals(user.GetCognitoUserPool(), UserPool, StringComparison.Ordinal)
            ? new MissingRight("Users of this user pool are not accepted here.")
        : TokenUse == CognitoTokenUse.Id && user.GetCognitoTokenUse() != CognitoTokenUse.Id
            ? new MissingRight("An ID token is needed here.")
        : TokenUse == CognitoTokenUse.Access && user.GetCognitoTokenUse() != CognitoTokenUse.Access
            ? new MissingRight("An access token is needed here.")
        : _scopes.Length > 0 && !user.GetCognitoScopes().Intersect(_scopes, StringComparer.Ordinal).Any()
            ? new MissingRight("The token lacks a required scope.", _scopes)
        : _groups.Length > 0 && !user.GetCognitoGroups().Intersect(_groups, StringComparer.Ordinal).Any()
            ? new MissingRight("The user is in none of the required groups.")
        : null;

    private static IPrincipal? UserOf(HttpActionContext actionContext) => actionContext.ControllerContext.RequestContext.Principal;

    private static bool IsCognitoUser(IPrincipal user) => user.GetCognitoSubject() != null;

    private static string[] Names(string? text, char[] separators, string property)
    {
        if (text == null)
        {
            return [];
        }

        string[] names = [.. text.Split(separators).Select(name => name.Trim()).Where(name => name.Length > 0)];
        return names.Length > 0 ? names : throw new ArgumentException($"\"{text}\" names nothing.", property);
    }

    private static string? TextOf(string[] names) => names.Length > 0 ? string.Join(",", names) : null;

    private sealed class MissingRight(string description, params string[] scopes)
    {
        public string Description { get; } = description;

        public string[] Scopes { get; } = scopes;
    }
}
