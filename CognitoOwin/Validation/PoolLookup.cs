using System;

namespace CognitoOwin.Validation;

/// <summary>
/// Holds the result of looking up a user pool: found, unknown to the application, or unavailable until a later time.
/// </summary>
internal readonly struct PoolLookup
{
    private PoolLookup(ResolvedPool? pool, TimeSpan? retryAfter)
    {
        Pool = pool;
        RetryAfter = retryAfter;
    }

    /// <summary>Gets the result for a pool that the application does not have.</summary>
    public static PoolLookup Unknown => default;

    public ResolvedPool? Pool { get; }

    /// <summary>Gets the time after which to try again, if the look-up failed or was not allowed.</summary>
    public TimeSpan? RetryAfter { get; }

    public static PoolLookup FromPool(ResolvedPool pool) => new(pool, null);

    public static PoolLookup ReportUnavailable(TimeSpan retryAfter) => new(null, retryAfter);
}
