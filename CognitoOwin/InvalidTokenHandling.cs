namespace CognitoOwin;

/// <summary>
/// Says what happens to a request whose token or <c>Authorization</c> header is refused, or cannot be validated now.
/// </summary>
public enum InvalidTokenHandling
{
    /// <summary>
    /// Continues without a user, so that actions that are open to everyone stay open. If the application answers 401, the answer
    /// says what is wrong with the token.
    /// </summary>
    ContinueAnonymously = 0,

    /// <summary>Answers at once, with 401, 403 or 503, so that the request never reaches the application.</summary>
    Reject = 1,
}
