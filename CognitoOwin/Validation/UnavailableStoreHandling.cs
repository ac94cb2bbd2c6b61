namespace CognitoOwin;

/// <summary>
/// Says what a server does while it cannot reach the store of revocations. A server that has not read the store since its start answers
/// every token with 503, whatever is set here.
/// </summary>
public enum UnavailableStoreHandling
{
    /// <summary>
    /// Goes on with the revocations that it knows. Until the store works again, a revocation on another server is not known here.
    /// </summary>
    Continue,

    /// <summary>
    /// Answers every token with 503 and <c>Retry-After</c>, from three <see cref="CognitoRevocationsOptions.ReadInterval"/> after the last
    /// contact. No revoked token is accepted then, and no other either.
    /// </summary>
    Refuse,
}
