using System;
using System.Collections.Generic;
using System.Security.Claims;
using CognitoOwin.Claims;
using CognitoOwin.Json;

namespace CognitoOwin;

/// <summary>A token that was validated, with its claims as typed properties.</summary>
public sealed class CognitoToken
{
    private static readonly IReadOnlyList<string> Nothing = [];

    private IReadOnlyList<CognitoFederatedIdentity>? _identities;

    private CognitoToken(
        string rawToken, CognitoUserPool userPool, string issuer, CognitoTokenUse tokenUse, string subject, string clientId)
    {
        RawToken = rawToken;
        UserPool = userPool;
        Issuer = issuer;
        TokenUse = tokenUse;
        Subject = subject;
        ClientId = clientId;
    }

    /// <summary>The token as it came. Whoever has it can act as the user: do not log or store it.</summary>
    public string RawToken { get; }

    /// <summary>The user pool that issued it.</summary>
    public CognitoUserPool UserPool { get; }

    /// <summary>The issuer (<c>iss</c>). Together with <see cref="Subject"/> it is the key to keep a user by: e-mail addresses change.</summary>
    public string Issuer { get; }

    /// <summary>What it is for: <see cref="CognitoTokenUse.Id"/> or <see cref="CognitoTokenUse.Access"/>.</summary>
    public CognitoTokenUse TokenUse { get; }

    /// <summary>
    /// The user's unchanging id in its pool. In an access token of a client that acts for itself (client credentials) it is the
    /// client id. Unique only together with the issuer.
    /// </summary>
    public string Subject { get; }

    /// <summary>The app client the token was issued to.</summary>
    public string ClientId { get; }

    /// <summary>The user's name in the pool; null where no user is behind the token.</summary>
    public string? Username { get; private set; }

    /// <summary>The user's e-mail address; null where the token has none. Trust it only with <see cref="EmailVerified"/>.</summary>
    public string? Email { get; private set; }

    /// <summary>Whether the pool has verified <see cref="Email"/>.</summary>
    public bool EmailVerified { get; private set; }

    /// <summary>The pool's groups that the user is in.</summary>
    public IReadOnlyList<string> Groups { get; private set; } = Nothing;

    /// <summary>
    /// The accounts at other identity providers by which the user signs in (<c>identities</c> of an ID token); empty for a user who
    /// signs in at the pool itself.
    /// </summary>
    public IReadOnlyList<CognitoFederatedIdentity> Identities =>
        _identities ??= CognitoFederatedIdentity.ReadList(Attributes[CognitoClaimTypes.Identities]);

    /// <summary>The scopes of an access token.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = Nothing;

    /// <summary>When the token expires, without clock skew.</summary>
    public DateTimeOffset ExpiresAt => NumericDate.ToDateTimeOffset(Expiration);

    /// <summary>Every claim of the token by name, as text.</summary>
    public CognitoAttributes Attributes { get; private set; } = null!;

    /// <summary><c>exp</c>, in seconds since 1970.</summary>
    internal double Expiration { get; private set; }

    /// <summary>The claims as an identity gets them.</summary>
    internal IReadOnlyList<Claim> Claims { get; private set; } = null!;

    /// <summary>
    /// Reads the claims that say who the bearer is and what it may do; null where one of them is missing or of a type that
    /// Cognito does not give it. The rules about the token itself are the validator's.
    /// </summary>
    internal static CognitoToken? Read(
        string rawToken,
        Dictionary<string, JsonValue> payload,
        CognitoUserPool userPool,
        string issuer,
        CognitoTokenUse tokenUse,
        string clientId,
        double expiration)
    {
        var isIdToken = tokenUse == CognitoTokenUse.Id;

        // An access token of the client credentials grant has no user, and in some pools no sub.
        if (!TryText(payload, CognitoClaimTypes.Subject, out var subject)
            || !TryText(payload, isIdToken ? CognitoClaimTypes.Username : CognitoClaimTypes.AccessTokenUsername, out var username)
            || !TryText(payload, CognitoClaimTypes.Email, out var email)
            || !TryText(payload, CognitoClaimTypes.Scope, out var scope)
            || (subject ?? (isIdToken ? null : clientId)) is not { Length: > 0 } who)
        {
            return null;
        }

        // One string, or a list of strings.
        var claims = TokenClaims.Read(payload, issuer);
        var groups = claims.FindAll(static claim => claim.Type == CognitoClaimTypes.Groups);
        if (groups.Exists(static claim => claim.ValueType != ClaimValueTypes.String))
        {
            return null;
        }

        // The first: whoever asks for one claim gets it, even where a trigger of the pool wrote a claim of that name.
        claims.Insert(0, new Claim(ClaimTypes.NameIdentifier, who, ClaimValueTypes.String, issuer));
        var attributes = new CognitoAttributes(payload);
        return new CognitoToken(rawToken, userPool, issuer, tokenUse, who, clientId)
        {
            Username = username,
            Email = email,
            EmailVerified = IsEmailVerified(attributes),
            Groups = groups.ConvertAll(static claim => claim.Value).AsReadOnly(),
            Scopes = scope == null ? Nothing : Array.AsReadOnly(scope.Split([' '], StringSplitOptions.RemoveEmptyEntries)),
            Expiration = expiration,
            Attributes = attributes,
            Claims = claims,
        };
    }

    // A boolean, or a string from some triggers, from GetUser and from oauth2/userInfo.
    internal static bool IsEmailVerified(CognitoAttributes attributes) =>
        string.Equals(attributes[CognitoClaimTypes.EmailVerified], "true", StringComparison.OrdinalIgnoreCase);

    private static bool TryText(Dictionary<string, JsonValue> payload, string name, out string? text)
    {
        text = null;
        return !payload.TryGetValue(name, out var member) || (text = member.String) != null;
    }
}
