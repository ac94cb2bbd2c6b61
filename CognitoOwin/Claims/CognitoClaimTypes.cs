namespace CognitoOwin;

/// <summary>
/// Names the claim types of Cognito's tokens, as the tokens have them
/// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html).
/// </summary>
public static class CognitoClaimTypes
{
    /// <summary>Names <c>sub</c>, the user's unchanging id in its pool, a UUID.</summary>
    public const string Subject = "sub";

    /// <summary>Names <c>cognito:username</c>, the user's name in an ID token.</summary>
    public const string Username = "cognito:username";

    /// <summary>Names <c>username</c>, the user's name in an access token.</summary>
    public const string AccessTokenUsername = "username";

    /// <summary>Names <c>cognito:groups</c>, the groups of the pool that the user is in.</summary>
    public const string Groups = "cognito:groups";

    /// <summary>Names <c>email</c>, the user's e-mail address in an ID token.</summary>
    public const string Email = "email";

    /// <summary>Names <c>email_verified</c> of an ID token, which says whether the pool has verified the address.</summary>
    public const string EmailVerified = "email_verified";

    /// <summary>
    /// Names <c>identities</c>, the accounts at other providers with which the user signs in, a list of objects.
    /// </summary>
    public const string Identities = "identities";

    /// <summary>Names <c>scope</c>, the scopes of an access token with spaces between them.</summary>
    public const string Scope = "scope";

    /// <summary>Names <c>client_id</c>, the app client to which an access token was issued.</summary>
    public const string ClientId = "client_id";

    /// <summary>Names <c>token_use</c>, which is <c>id</c> or <c>access</c>.</summary>
    public const string TokenUse = "token_use";

    internal const string TokenId = "jti";
    internal const string Issuer = "iss";
    internal const string Audience = "aud";
    internal const string Expiration = "exp";
    internal const string NotBefore = "nbf";
    internal const string IssuedAt = "iat";
}
