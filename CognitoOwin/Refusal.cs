using System;
using System.Collections.Generic;

namespace CognitoOwin;

/// <summary>Says why a request has no user, and what the answer to it says (RFC 6750 §3).</summary>
/// <param name="rejection">The reason.</param>
/// <param name="description">The reason in one sentence.</param>
/// <param name="retryAfter">The time after which to try again; null if it is not known.</param>
/// <param name="statusCode">The application's own status; null for the one that goes with the reason.</param>
/// <param name="sufficientScopes">The scopes of which one is enough; null if scopes are not the reason.</param>
internal sealed class Refusal(
    TokenRejection rejection,
    string description,
    TimeSpan? retryAfter = null,
    int? statusCode = null,
    IEnumerable<string>? sufficientScopes = null)
{
    public TokenRejection Rejection { get; } = rejection;

    public string Description { get; } = description;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    public IEnumerable<string> SufficientScopes { get; } = sufficientScopes ?? [];

    /// <summary>Gets whether the token is not at fault. The client needs no other, so the answer has no challenge.</summary>
    public bool IsTemporary => Rejection is
        TokenRejection.UserPoolUnavailable or TokenRejection.KeysUnavailable or TokenRejection.RevocationsUnavailable
            or TokenRejection.UserInfoUnavailable or TokenRejection.ProvisioningFailed;

    /// <summary>
    /// Gets the status that replaces a 401. If trying again later may help, the client must not sign its user out. If the token
    /// lacks a right, a new token would not help.
    /// </summary>
    public int StatusCode => statusCode ?? Rejection switch
    {
        _ when IsTemporary => 503,
        TokenRejection.ScopeMissing or TokenRejection.GroupMissing or TokenRejection.UserInfoScopeMissing => 403,
        _ => 401,
    };

    public string? ReasonPhrase => StatusCode switch
    {
        503 => "Service Unavailable",
        403 => "Forbidden",
        _ => null,
    };

    public string ErrorCode => Rejection switch
    {
        TokenRejection.MalformedRequest or TokenRejection.SchemeMissing or TokenRejection.SpaceMissing
            or TokenRejection.SeveralTokens or TokenRejection.CrossSiteRequest => "invalid_request",
        TokenRejection.ScopeMissing or TokenRejection.GroupMissing or TokenRejection.UserInfoScopeMissing => "insufficient_scope",
        _ => "invalid_token",
    };
}
