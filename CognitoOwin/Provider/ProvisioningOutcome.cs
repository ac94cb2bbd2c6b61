using System.Collections.Generic;
using System.Security.Claims;

namespace CognitoOwin.Provider;

/// <summary>What the application made of a user.</summary>
internal sealed class ProvisioningOutcome(IReadOnlyList<Claim> claims, object? user, string? rejectionReason)
{
    public static readonly ProvisioningOutcome Nothing = new([], null, null);

    public IReadOnlyList<Claim> Claims { get; } = claims;

    public object? User { get; } = user;

    public string? RejectionReason { get; } = rejectionReason;
}
