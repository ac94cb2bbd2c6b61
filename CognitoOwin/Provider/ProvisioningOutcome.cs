using System;
using System.Collections.Generic;
using System.Security.Claims;

namespace CognitoOwin.Provider;

/// <summary>What the application made of a user.</summary>
internal sealed class ProvisioningOutcome : IShareable
{
    public static readonly ProvisioningOutcome Nothing = new([], null);

    public ProvisioningOutcome(IReadOnlyList<Claim> claims, object? user)
    {
        Claims = claims;
        User = user;
    }

    private ProvisioningOutcome(TokenRejection rejection, string? reason, TimeSpan? retryAfter)
        : this([], null)
    {
        Rejection = rejection;
        RejectionReason = reason;
        RetryAfter = retryAfter;
    }

    public IReadOnlyList<Claim> Claims { get; }

    public object? User { get; }

    public TokenRejection Rejection { get; }

    /// <summary>The application's own words; null for the sentence that goes with <see cref="Rejection"/>.</summary>
    public string? RejectionReason { get; }

    public TimeSpan? RetryAfter { get; }

    /// <summary>A rejection is not: a user who is let in again must not have to wait for a new token.</summary>
    public bool IsKept => Rejection == TokenRejection.None;

    public static ProvisioningOutcome Reject(TokenRejection rejection, string? reason = null, TimeSpan? retryAfter = null) =>
        new(rejection, reason, retryAfter);
}
