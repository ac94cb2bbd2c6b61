using System;
using System.Collections.Generic;
using System.Text.Json;
using CognitoOwin.Claims;
using CognitoOwin.Json;

namespace CognitoOwin;

/// <summary>Holds a validated token, with its claims as typed properties.</summary>
public sealed class CognitoToken
{
    private static readonly IReadOnlyList<string> Empty = [];

    private IReadOnlyList<CognitoFederatedIdentity>? _identities;

    private CognitoToken(
        string rawToken,
        CognitoUserPool userPool,
        string userPoolId,
        string issuer,
        CognitoTokenUse tokenUse,
        string subject,
        string clientId)
    {
        RawToken = rawToken;
        UserPool = userPool;
        UserPoolId = userPoolId;
        Issuer = issuer;
        TokenUse = tokenUse;
        Subject = subject;
        ClientId = clientId;
    }

    /// <summary>Gets the token as it came. Do not log or store it: anybody who has it can act as the user.</summary>
    public string RawToken { get; }

    /// <summary>Gets the user pool that issued the token.</summary>
    public CognitoUserPool UserPool { get; }

    /// <summary>
    /// Gets the id of the user pool. Use it together with <see cref="Subject"/> as the key of a user: both stay the same forever,
    /// while the issuer and the e-mail address can change.
    /// </summary>
    public string UserPoolId { get; }

    /// <summary>
    /// Gets the issuer (<c>iss</c>). A pool has several, and AWS can switch between them, so do not use it in the key of a user.
    /// </summary>
    public string Issuer { get; }

    /// <summary>Gets the kind of token: <see cref="CognitoTokenUse.Id"/> or <see cref="CognitoTokenUse.Access"/>.</summary>
    public CognitoTokenUse TokenUse { get; }

    /// <summary>
    /// Gets the user's id in its pool, which never changes. It is unique only together with <see cref="UserPoolId"/>. For a client that acts
    /// for itself (client credentials) it is the client id.
    /// </summary>
    public string Subject { get; }

    /// <summary>Gets the app client to which the token was issued.</summary>
    public string ClientId { get; }

    /// <summary>
    /// Gets whether the token is of a client that acts for itself (client credentials), and not of a user: an access token
    /// without <c>username</c> whose <c>sub</c> is absent or is the client id.
    /// </summary>
    public bool IsClient { get; private set; }

    /// <summary>Gets the user's name in the pool; null if the token is not a user's.</summary>
    public string? Username { get; private set; }

    /// <summary>
    /// Gets the user's e-mail address; null if the token has none. Trust it only with <see cref="EmailVerified"/>.
    /// </summary>
    public string? Email { get; private set; }

    /// <summary>Gets whether the pool has verified <see cref="Email"/>.</summary>
    public bool EmailVerified { get; private set; }

    /// <summary>Gets the groups of the pool that the user is in.</summary>
    public IReadOnlyList<string> Groups { get; private set; } = Empty;

    /// <summary>
    /// Gets the accounts at other identity providers with which the user signs in (<c>identities</c> of an ID token); empty for a
    /// user who signs in at the pool itself.
    /// </summary>
    public IReadOnlyList<CognitoFederatedIdentity> Identities =>
        _identities ??= CognitoFederatedIdentity.ReadList(Attributes[CognitoClaimTypes.Identities]);

    /// <summary>Gets the scopes of an access token.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = Empty;

    /// <summary>
    /// Gets the id of the sign-in from which the token comes (<c>origin_jti</c>). Refreshed tokens keep it. Null if the token has
    /// none: Cognito writes it if token revocation is enabled for the app client, and not for client credentials.
    /// </summary>
    public string? OriginJti { get; private set; }

    /// <summary>Gets the id of this token (<c>jti</c>); null if it has none.</summary>
    public string? Jti { get; private set; }

    /// <summary>
    /// Gets the time at which the user signed in (<c>auth_time</c>), in whole seconds. Refreshed tokens keep it. Null if the token
    /// has none.
    /// </summary>
    public DateTimeOffset? AuthTime => NumericDate.ToOptionalDateTimeOffset(AuthenticationTime);

    /// <summary>Gets the time at which the token was issued (<c>iat</c>), in whole seconds; null if the token has none.</summary>
    public DateTimeOffset? IssuedAt => NumericDate.ToOptionalDateTimeOffset(IssueTime);

    /// <summary>Gets the time at which the token expires, without clock skew.</summary>
    public DateTimeOffset ExpiresAt => NumericDate.ToDateTimeOffset(Expiration);

    /// <summary>Gets every claim of the token by name, as text.</summary>
    public CognitoAttributes Attributes { get; private set; } = null!;

    /// <summary>Gets <c>exp</c>, in seconds since 1970.</summary>
    internal double Expiration { get; private set; }

    private double AuthenticationTime { get; set; }

    /// <summary>Gets <c>iat</c>, in seconds since 1970; not a number if the token has none.</summary>
    internal double IssueTime { get; private set; }

    /// <summary>
    /// Gets <c>auth_time</c>, or <c>iat</c> if it is absent, in seconds since 1970; not a number if the token has neither.
    /// </summary>
    internal double SignInTime => double.IsNaN(AuthenticationTime) ? IssueTime : AuthenticationTime;

    /// <summary>Gets the claims of the token's identity.</summary>
    internal TokenClaims Claims { get; private set; } = null!;

    /// <summary>
    /// Reads the claims that identify the bearer and its rights. The validator has checked the other claims and the signature.
    /// </summary>
    /// <param name="rawToken">The token as it came.</param>
    /// <param name="payload">All claims.</param>
    /// <param name="userPool">The user pool that issued the token.</param>
    /// <param name="userPoolId">The id of the pool.</param>
    /// <param name="issuer">The issuer.</param>
    /// <param name="tokenUse">The kind of token.</param>
    /// <param name="clientId">The app client to which the token was issued.</param>
    /// <param name="expiration"><c>exp</c>, in seconds since 1970.</param>
    /// <param name="issueTime"><c>iat</c>, in seconds since 1970; not a number if the token has none.</param>
    /// <param name="roleClaim">Reads the claim that holds the roles.</param>
    /// <returns>The token; null if one of the claims is missing or has another type than Cognito's.</returns>
    internal static CognitoToken? Read(
        string rawToken,
        JsonMembers payload,
        CognitoUserPool userPool,
        string userPoolId,
        string issuer,
        CognitoTokenUse tokenUse,
        string clientId,
        double expiration,
        double issueTime,
        RoleClaim roleClaim)
    {
        var isIdToken = tokenUse == CognitoTokenUse.Id;

        // An access token of the client credentials grant has no user, and in some pools no sub either.
        if (!TryReadText(payload, CognitoClaimTypes.Subject, out var subject)
            || !TryReadText(payload, isIdToken ? CognitoClaimTypes.Username : CognitoClaimTypes.AccessTokenUsername, out var username)
            || !TryReadText(payload, CognitoClaimTypes.Email, out var email)
            || !TryReadText(payload, CognitoClaimTypes.Scope, out var scope)
            || !TryReadText(payload, CognitoClaimTypes.TokenId, out var jti)
            || !TryReadText(payload, CognitoClaimTypes.OriginTokenId, out var originJti)
            || !NumericDate.TryRead(payload, CognitoClaimTypes.AuthenticationTime, out var authenticationTime))
        {
            return null;
        }

        var isClient = !isIdToken && username == null && (subject == null || subject == clientId);
        if ((isClient ? clientId : subject) is not { Length: > 0 } who)
        {
            return null;
        }

        // cognito:groups is one string or a list of strings.
        if (!TryReadGroups(payload, out var groups))
        {
            return null;
        }

        var attributes = new CognitoAttributes(payload);
        return new CognitoToken(rawToken, userPool, userPoolId, issuer, tokenUse, who, clientId)
        {
            IsClient = isClient,
            Username = username,
            Email = email,
            EmailVerified = IsEmailVerified(attributes),
            Groups = groups,
            Scopes = scope == null ? Empty : Array.AsReadOnly(scope.Split([' '], StringSplitOptions.RemoveEmptyEntries)),
            OriginJti = originJti,
            Jti = jti,
            AuthenticationTime = authenticationTime,
            IssueTime = issueTime,
            Expiration = expiration,
            Attributes = attributes,
            Claims = new TokenClaims(payload, roleClaim),
        };
    }

    // The value is a boolean in most ID tokens, and a string from some triggers, from GetUser and from oauth2/userInfo.
    internal static bool IsEmailVerified(CognitoAttributes attributes) =>
        string.Equals(attributes[CognitoClaimTypes.EmailVerified], "true", StringComparison.OrdinalIgnoreCase);

    private static bool TryReadGroups(JsonMembers payload, out IReadOnlyList<string> groups)
    {
        groups = Empty;
        if (!payload.TryGetValue(CognitoClaimTypes.Groups, out var member))
        {
            return true;
        }

        JsonValue[] items = member.Items is { } list ? Array.FindAll(list, static item => item.Type != JsonTokenType.Null) : [member];
        if (!Array.TrueForAll(items, static item => item.String != null))
        {
            return false;
        }

        groups = Array.AsReadOnly(Array.ConvertAll(items, static item => item.Text));
        return true;
    }

    private static bool TryReadText(JsonMembers payload, string name, out string? text)
    {
        text = null;
        return !payload.TryGetValue(name, out var member) || (text = member.String) != null;
    }
}
