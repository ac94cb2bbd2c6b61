namespace CognitoOwin;

/// <summary>How often <see cref="CognitoJwtAuthenticationProvider.OnProvisionUser"/> is raised.</summary>
public enum CognitoProvisioning
{
    /// <summary>When this process first sees a token. The outcome is kept with the validated token and shared by its later requests.</summary>
    OncePerToken = 0,

    /// <summary>At every request that carries a token, as django-cognito-jwt does.</summary>
    EveryRequest = 1,
}
