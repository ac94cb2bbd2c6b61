using System;
using System.Collections.Generic;
using System.Linq;

namespace CognitoOwin;

/// <summary>Describes the state of the keys of every user pool, and of the list of revocations, for a health endpoint.</summary>
public sealed class CognitoHealth
{
    internal CognitoHealth(IReadOnlyList<CognitoPoolHealth> pools, CognitoRevocationsHealth revocations)
    {
        Pools = pools;
        Revocations = revocations;
    }

    /// <summary>
    /// Gets whether tokens of every pool can be validated now. It is also <see langword="false"/> before the first fetch has
    /// ended, and before the store of revocations was read.
    /// </summary>
    public bool IsUsable => Revocations.IsUsable && Pools.All(pool => pool.IsUsable);

    /// <summary>
    /// Gets whether tokens of every pool can be validated, but the last fetch of one failed, the list of revocations is nearly full,
    /// or its store cannot be reached.
    /// </summary>
    public bool IsDegraded => IsUsable && (Revocations.IsDegraded || Pools.Any(pool => pool.IsDegraded));

    /// <summary>Gets the pools, in the order of their configuration.</summary>
    public IReadOnlyList<CognitoPoolHealth> Pools { get; }

    /// <summary>Gets the state of the list of revocations.</summary>
    public CognitoRevocationsHealth Revocations { get; }
}
