using System;

namespace CognitoOwin;

/// <summary>Sets how many revocations are kept, and for how long.</summary>
public sealed class CognitoRevocationsOptions
{
    /// <summary>
    /// Gets or sets how many revocations the list holds at most: 1 to 10,000,000. Default: 1,000,000, which take about 220 MB. A
    /// revocation that finds the list full throws; no other is dropped for it. If several middlewares or validators share a list,
    /// their largest value counts.
    /// </summary>
    public int MaximumEntries { get; set; } = 1_000_000;

    /// <summary>
    /// Gets or sets how long the refresh tokens of the app clients are valid: 1 hour to 3650 days. Default: 30 days, as at
    /// Cognito. A revoked sign-in or user stays revoked for as long as Cognito may still issue tokens of that sign-in. If app
    /// clients differ, set the longest. If several middlewares or validators share a list, their largest value counts, so create
    /// all of them before the first revocation: after it, one with a larger value throws.
    /// </summary>
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Gets or sets the list of revocations. Set one to share it between an application and a
    /// <see cref="CognitoTokenValidator"/>. Default (null): one list for each application, which all of its middlewares share,
    /// and one for each <see cref="CognitoTokenValidator"/>.
    /// </summary>
    public CognitoRevocationList? List { get; set; }
}
