namespace CognitoOwin;

/// <summary>
/// What a Cognito token is for, as its <c>token_use</c> claim says
/// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html).
/// </summary>
public enum CognitoTokenUse
{
    /// <summary>As a setting: both kinds are accepted. No token is of this kind.</summary>
    Any = 0,

    /// <summary>An ID token: who the user is, with the profile. Its <c>aud</c> is the app client.</summary>
    Id = 1,

    /// <summary>An access token: what its bearer may do, with scopes. Its <c>client_id</c> is the app client.</summary>
    Access = 2,
}
