using System;
using System.Collections.Generic;
using System.Security.Claims;

namespace CognitoOwin.Provisioning;

/// <summary>Holds what the application made of a user: claims and a user object, or a rejection.</summary>
internal sealed class ProvisioningOutcome : IShareable
{
    /// <summary>Adds nothing to the user.</summary>
    public static readonly ProvisioningOutcome Empty = new([], null);

    private ProvisionedUser? _user;
    private int _rejections;

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

    /// <summary>Gets the application's own sentence; null for the sentence that goes with <see cref="Rejection"/>.</summary>
    public string? RejectionReason { get; }

    public TimeSpan? RetryAfter { get; }

    /// <summary>
    /// Gets whether later requests share the outcome. They do not share a rejection, so that a user whom the application accepts
    /// again does not need a new token. A rejection of the user also ends the sharing.
    /// </summary>
    public bool IsKept => Rejection == TokenRejection.None && _user?.Rejections == _rejections;

    /// <summary>Keeps the outcome until the application rejects the user.</summary>
    /// <param name="user">The user.</param>
    public void KeepFor(ProvisionedUser user)
    {
        _rejections = user.Rejections;
        _user = user;
    }

    public static ProvisioningOutcome Reject(TokenRejection rejection, string? reason = null, TimeSpan? retryAfter = null) =>
        new(rejection, reason, retryAfter);
}
