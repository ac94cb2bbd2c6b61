namespace CognitoOwin;

/// <summary>
/// The claim types of Cognito's tokens, as they stand in the token
/// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html).
/// </summary>
public static class CognitoClaimTypes
{
    /// <summary><c>sub</c>: the user's unchanging id in its pool, a UUID.</summary>
    public const string Subject = "sub";

    /// <summary><c>cognito:username</c> of an ID token.</summary>
    public const string Username = "cognito:username";

    /// <summary><c>username</c> of an access token.</summary>
    public const string AccessTokenUsername = "username";

    /// <summary><c>cognito:groups</c>: the pool's groups that the user is in.</summary>
    public const string Groups = "cognito:groups";

    /// <summary><c>email</c>, of an ID token.</summary>
    public const string Email = "email";

    /// <summary><c>email_verified</c>, of an ID token.</summary>
    public const string EmailVerified = "email_verified";

    /// <summary><c>identities</c>: the accounts at other providers by which the user signs in, a list of objects.</summary>
    public const string Identities = "identities";

    /// <summary><c>scope</c> of an access token: scopes with spaces between them.</summary>
    public const string Scope = "scope";

    /// <summary><c>client_id</c> of an access token: the app client it was issued to.</summary>
    public const string ClientId = "client_id";

    /// <summary><c>token_use</c>: <c>id</c> or <c>access</c>.</summary>
    public const string TokenUse = "token_use";

    internal const string Issuer = "iss";
    internal const string Audience = "aud";
    internal const string Expiration = "exp";
    internal const string NotBefore = "nbf";
    internal const string IssuedAt = "iat";
}
