using System;

namespace CognitoOwin;

/// <summary>Sets how many revocations are kept, for how long, and whether several servers share them.</summary>
public sealed class CognitoRevocationsOptions
{
    /// <summary>
    /// Gets or sets how many revocations the list holds at most: 1 to 10,000,000. Default: 1,000,000, which take about 230 MB. A
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

    /// <summary>
    /// Gets or sets where several servers share their revocations, and where a restarted server finds them:
    /// <c>options.Revocations.UseRedis("…")</c> of CognitoOwin.Redis sets it. Until a server has read the store, it answers tokens with 503
    /// and <see cref="TokenRejection.RevocationsUnavailable"/>. Default (null): each process has its own revocations. If several middlewares
    /// or validators share a list, they share the store that one of them has.
    /// </summary>
    public ICognitoRevocationStore? Store { get; set; }

    /// <summary>
    /// Gets or sets how often the store is read for what is new: 1 to 60 seconds. Default: 2 seconds. It is the longest that a revocation on
    /// another server takes if a message of the store is lost. If several middlewares or validators share a list, the smallest value counts.
    /// </summary>
    public TimeSpan ReadInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets what happens while the store cannot be reached. Default: <see cref="UnavailableStoreHandling.Continue"/>. If several
    /// middlewares or validators share a list, <see cref="UnavailableStoreHandling.Refuse"/> of one counts for all.
    /// </summary>
    public UnavailableStoreHandling WhenUnavailable { get; set; }
}
