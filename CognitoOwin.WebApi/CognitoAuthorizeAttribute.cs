using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Security.Principal;
using System.Web.Http;
using System.Web.Http.Controllers;
using Microsoft.Owin;

namespace CognitoOwin.WebApi;

/// <summary>
/// Accepts only requests with a Cognito token that has the rights named here. It is an <see cref="AuthorizeAttribute"/>: use it
/// on actions, on controllers or as a global filter. If there are several, a request must pass all of them. Its <c>Roles</c> and
/// <c>Users</c> work, and <see cref="AllowAnonymousAttribute"/> switches it off. A request without a Cognito user gets 401. A
/// user without the right gets 403 with <c>insufficient_scope</c> (RFC 6750 §3.1), because a new token would not help.
/// </summary>
public class CognitoAuthorizeAttribute : AuthorizeAttribute
{
    private string[] _groups = [];
    private string[] _scopes = [];
    private string[] _clientIds = [];

    /// <summary>
    /// Gets or sets groups of the user pool with commas between them; the user must be in one of them. They are case-sensitive.
    /// Default (null): any user.
    /// </summary>
    /// <exception cref="ArgumentException">The text names no group, so that it would accept every user.</exception>
    public string? Groups
    {
        get => JoinNames(_groups);
        set => _groups = SplitNames(value, [','], nameof(Groups));
    }

    /// <summary>
    /// Gets or sets scopes with commas or spaces between them; the token must have one of them. They are case-sensitive. ID
    /// tokens have no scopes. Default (null): any token.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The text names no scope, or has characters that no scope has (RFC 6749 §3.3).
    /// </exception>
    public string? Scopes
    {
        get => JoinNames(_scopes);
        set
        {
            // A challenge shows the scopes in a header.
            var scopes = SplitNames(value, [',', ' '], nameof(Scopes));
            _scopes = scopes.All(scope => scope.All(c => c is > ' ' and <= '~' and not ('"' or '\\')))
                ? scopes
                : throw new ArgumentException($"\"{value}\" is not a list of scopes.", nameof(Scopes));
        }
    }

    /// <summary>
    /// Gets or sets ids of app clients with commas between them; the token must be issued to one of them. They are
    /// case-sensitive. Default (null): any client that the settings accept.
    /// </summary>
    /// <exception cref="ArgumentException">The text names no client, so that it would accept every client.</exception>
    public string? ClientIds
    {
        get => JoinNames(_clientIds);
        set => _clientIds = SplitNames(value, [','], nameof(ClientIds));
    }

    /// <summary>
    /// Gets or sets whether only users are accepted, and not clients that act for themselves (client credentials). The
    /// provisioning handler runs for every user, so with a handler that calls <c>SetUser</c> the action always has the
    /// application's own user. Default: <see langword="false"/>.
    /// </summary>
    public bool UsersOnly { get; set; }

    /// <summary>Gets or sets which kind of token is required. Default: <see cref="CognitoTokenUse.Any"/>.</summary>
    public CognitoTokenUse TokenUse { get; set; }

    /// <summary>
    /// Gets or sets the <see cref="CognitoUserPool.Name"/> of the one user pool whose users are accepted. Default (null): every
    /// pool.
    /// </summary>
    public string? UserPool { get; set; }

    /// <summary>Checks whether the request may continue. Override it to require more.</summary>
    /// <param name="actionContext">The request and its action.</param>
    /// <returns>
    /// <see langword="true"/> if the user is Cognito's and has every right that the properties name; otherwise,
    /// <see langword="false"/>.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="actionContext"/> is null.</exception>
    protected override bool IsAuthorized(HttpActionContext actionContext) =>
        base.IsAuthorized(actionContext)
        && GetUser(actionContext) is { } user
        && IsCognitoUser(user)
        && FindMissingRight(user) == null;

    /// <summary>Answers a request that may not continue: 403 to a user of Cognito, 401 to everyone else.</summary>
    /// <param name="actionContext">The request and its action; the answer becomes its response.</param>
    /// <exception cref="ArgumentNullException"><paramref name="actionContext"/> is null.</exception>
    protected override void HandleUnauthorizedRequest(HttpActionContext actionContext)
    {
        if (actionContext == null)
        {
            throw new ArgumentNullException(nameof(actionContext));
        }

        if (GetUser(actionContext) is not { Identity.IsAuthenticated: true } user || !IsCognitoUser(user))
        {
            base.HandleUnauthorizedRequest(actionContext);
            return;
        }

        if (UserPool != null && !HasUserPool(user))
        {
            RequestOwinContext.Find(actionContext.Request)?.CheckCognitoUserPoolName(UserPool);
        }

        var missing = FindMissingRight(user) ?? new MissingRight("The user may not do this.");
        var response = actionContext.Request.CreateErrorResponse(HttpStatusCode.Forbidden, missing.Description);

        // The challenge is null only if the identity is a deserialized copy, which does not know the middleware that created it.
        if (user.CreateInsufficientScopeChallenge(missing.Description, missing.Scopes) is { } challenge)
        {
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", challenge);
        }

        actionContext.Response = response;
    }

    private MissingRight? FindMissingRight(IPrincipal user)
    {
        if (UserPool != null && !HasUserPool(user))
        {
            return new MissingRight("Users of this user pool are not accepted here.");
        }

        if (_clientIds.Length > 0 && !_clientIds.Contains(user.GetCognitoClientId(), StringComparer.Ordinal))
        {
            return new MissingRight("Tokens of this app client are not accepted here.");
        }

        if (UsersOnly && user.IsCognitoClient())
        {
            return new MissingRight("A user is needed here, and the token is of a client that acts for itself.");
        }

        if (TokenUse == CognitoTokenUse.Id && user.GetCognitoTokenUse() != CognitoTokenUse.Id)
        {
            return new MissingRight("An ID token is needed here.");
        }

        if (TokenUse == CognitoTokenUse.Access && user.GetCognitoTokenUse() != CognitoTokenUse.Access)
        {
            return new MissingRight("An access token is needed here.");
        }

        if (_scopes.Length > 0 && !user.GetCognitoScopes().Intersect(_scopes, StringComparer.Ordinal).Any())
        {
            return new MissingRight("The token lacks a required scope.", _scopes);
        }

        return _groups.Length > 0 && !user.GetCognitoGroups().Intersect(_groups, StringComparer.Ordinal).Any()
            ? new MissingRight("The user is in none of the required groups.")
            : null;
    }

    private bool HasUserPool(IPrincipal user) => string.Equals(user.GetCognitoUserPool(), UserPool, StringComparison.Ordinal);

    private static IPrincipal? GetUser(HttpActionContext actionContext) => actionContext.ControllerContext.RequestContext.Principal;

    private static bool IsCognitoUser(IPrincipal user) => user.GetCognitoSubject() != null;

    private static string[] SplitNames(string? text, char[] separators, string property)
    {
        if (text == null)
        {
            return [];
        }

        string[] names = [.. text.Split(separators).Select(name => name.Trim()).Where(name => name.Length > 0)];
        return names.Length > 0 ? names : throw new ArgumentException($"\"{text}\" names nothing.", property);
    }

    private static string? JoinNames(string[] names) => names.Length > 0 ? string.Join(",", names) : null;

    private sealed class MissingRight(string description, params string[] scopes)
    {
        public string Description { get; } = description;

        public string[] Scopes { get; } = scopes;
    }
}
