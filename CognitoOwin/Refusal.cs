using System;

namespace CognitoOwin;

/// <summary>Says why a request has no user, and what the answer to it says (RFC 6750 §3).</summary>
internal sealed class Refusal(TokenRejection rejection, string description, TimeSpan? retryAfter = null)
{
    public TokenRejection Rejection { get; } = rejection;

    public string Description { get; } = description;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>
    /// Gets the status that replaces a 401. If trying again later may help, the client must not sign its user out. If the token
    /// lacks a right, a new token would not help.
    /// </summary>
    public int StatusCode => Rejection switch
    {
        TokenRejection.UserPoolUnavailable or TokenRejection.KeysUnavailable or TokenRejection.UserInfoUnavailable => 503,
        TokenRejection.ScopeMissing or TokenRejection.GroupMissing or TokenRejection.UserInfoScopeMissing => 403,
        _ => 401,
    };

    public string ReasonPhrase => StatusCode switch
    {
        503 => "Service Unavailable",
        403 => "Forbidden",
        _ => "Unauthorized",
    };

    public string ErrorCode => Rejection switch
    {
        TokenRejection.MalformedRequest or TokenRejection.SchemeMissing or TokenRejection.SpaceMissing
            or TokenRejection.SeveralTokens or TokenRejection.CrossSiteRequest => "invalid_request",
        TokenRejection.ScopeMissing or TokenRejection.GroupMissing or TokenRejection.UserInfoScopeMissing => "insufficient_scope",
        _ => "invalid_token",
    };
}
