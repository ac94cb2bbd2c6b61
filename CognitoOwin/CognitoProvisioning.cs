namespace CognitoOwin;

/// <summary>How often <see cref="CognitoJwtAuthenticationProvider.OnProvisionUser"/> is raised.</summary>
public enum CognitoProvisioning
{
    /// <summary>
    /// When this process first sees a token. The outcome is kept with the validated token and shared by its later requests; a
    /// rejection and a failure are not kept. Without a token cache (<see cref="CognitoTokenCacheOptions.Enabled"/>) no token is
    /// known from before, so that it is raised at every request: one at a time for each user, as ever.
    /// </summary>
    OncePerToken = 0,

    /// <summary>At every request that carries a token, as django-cognito-jwt does.</summary>
    EveryRequest = 1,
}
