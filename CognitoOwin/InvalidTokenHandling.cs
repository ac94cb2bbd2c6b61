namespace CognitoOwin;

/// <summary>What happens to a request whose token, or <c>Authorization</c> header, is refused or cannot be judged now.</summary>
public enum InvalidTokenHandling
{
    /// <summary>
    /// The request goes on without a user, so that what is open to everyone stays open. If the application then answers 401,
    /// that answer says what was wrong with the token.
    /// </summary>
    ContinueAnonymously = 0,

    /// <summary>The request is answered at once, with 401, 403 or 503, and never reaches the application.</summary>
    Reject = 1,
}
