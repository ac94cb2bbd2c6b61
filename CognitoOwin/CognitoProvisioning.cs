namespace CognitoOwin;

/// <summary>Says how often <see cref="CognitoJwtAuthenticationProvider.OnProvisionUser"/> is raised.</summary>
public enum CognitoProvisioning
{
    /// <summary>
    /// Raises it when this process sees a token for the first time. Later requests of the token share the outcome, but not a
    /// rejection or a failure. If the handler rejects the user with another token, it is raised again. Without a token cache
    /// (<see cref="CognitoTokenCacheOptions.Enabled"/>) every token is new, so that the event is raised at every request. In all
    /// cases it is raised for one user at a time.
    /// </summary>
    OncePerToken = 0,

    /// <summary>Raises it at every request that carries a token, as django-cognito-jwt does.</summary>
    EveryRequest = 1,
}
