namespace CognitoOwin;

/// <summary>
/// Says what happens with <see cref="InvalidTokenHandling.Reject"/> to a foreign token: one that names no issuer of the configured
/// user pools, so that another middleware may accept it. <c>docs/security.md</c> defines "foreign" exactly.
/// </summary>
public enum ForeignTokenHandling
{
    /// <summary>
    /// Refuses a foreign token, as every other invalid token, unless a middleware before this one has authenticated the request.
    /// </summary>
    Refuse = 0,

    /// <summary>
    /// Lets the request continue, because a middleware behind this one may accept the token. If none does, a 401 of the application
    /// says <see cref="TokenRejection.UnknownIssuer"/>.
    /// </summary>
    Ignore = 1,
}
