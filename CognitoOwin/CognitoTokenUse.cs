namespace CognitoOwin;

/// <summary>
/// Says what a Cognito token is for, as its <c>token_use</c> claim does
/// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html).
/// </summary>
public enum CognitoTokenUse
{
    /// <summary>Accepts both kinds, as a setting. No token is of this kind.</summary>
    Any = 0,

    /// <summary>Names an ID token: it says who the user is, and has the profile. Its <c>aud</c> is the app client.</summary>
    Id = 1,

    /// <summary>
    /// Names an access token: it says what its bearer may do, with scopes. Its <c>client_id</c> is the app client.
    /// </summary>
    Access = 2,
}
