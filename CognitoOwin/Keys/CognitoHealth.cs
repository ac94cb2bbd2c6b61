using System;
using System.Collections.Generic;
using System.Linq;

namespace CognitoOwin;

/// <summary>Describes the state of the keys of every user pool, for a health endpoint.</summary>
public sealed class CognitoHealth
{
    internal CognitoHealth(IReadOnlyList<CognitoPoolHealth> pools) => Pools = pools;

    /// <summary>
    /// Gets whether tokens of every pool can be validated now. It is also <see langword="false"/> before the first fetch has
    /// ended.
    /// </summary>
    public bool IsUsable => Pools.All(pool => pool.IsUsable);

    /// <summary>Gets whether tokens of every pool can be validated, but the last fetch of one failed.</summary>
    public bool IsDegraded => IsUsable && Pools.Any(pool => pool.IsDegraded);

    /// <summary>Gets the pools, in the order of their configuration.</summary>
    public IReadOnlyList<CognitoPoolHealth> Pools { get; }
}
