namespace CognitoOwin;

/// <summary>
/// Where the profile of a user who comes with an access token is read. An access token says who its user is, and not the
/// user's e-mail address or any other attribute.
/// </summary>
public enum CognitoUserInfo
{
    /// <summary>Nowhere: access tokens are accepted, and the provisioning event is not raised for them.</summary>
    None = 0,

    /// <summary>
    /// The <c>GetUser</c> call of the user pool's API. The token needs the scope <c>aws.cognito.signin.user.admin</c>, which every
    /// token of a sign-in by API (<c>InitiateAuth</c>) has
    /// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html).
    /// </summary>
    GetUser = 1,

    /// <summary>
    /// The <c>oauth2/userInfo</c> endpoint of the user pool's domain, <see cref="CognitoUserPool.Domain"/>. The token needs the scope
    /// <c>openid</c> (https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html).
    /// </summary>
    OidcUserInfo = 2,
}
