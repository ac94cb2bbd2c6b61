namespace CognitoOwin;

/// <summary>
/// Says where the profile of the user of an access token is read. An access token names its user, but has no e-mail address and
/// no other attribute.
/// </summary>
public enum CognitoUserInfo
{
    /// <summary>
    /// Reads no profile. The provisioning event is raised for access tokens without attributes: its
    /// <see cref="CognitoProvisionUserContext.HasProfile"/> is <see langword="false"/>.
    /// </summary>
    None = 0,

    /// <summary>
    /// Calls <c>GetUser</c> of the user pool's API. The token needs the scope <c>aws.cognito.signin.user.admin</c>, which every
    /// token of a sign-in by API (<c>InitiateAuth</c>) has
    /// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html).
    /// </summary>
    GetUser = 1,

    /// <summary>
    /// Asks the <c>oauth2/userInfo</c> endpoint of the user pool's domain, <see cref="CognitoUserPool.Domain"/>. The token needs
    /// the scope <c>openid</c> (https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html).
    /// </summary>
    OidcUserInfo = 2,
}
