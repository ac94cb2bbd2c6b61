using System;
using System.Collections.Generic;
using System.Linq;

namespace CognitoOwin;

/// <summary>How the keys of every user pool stand, for a health endpoint.</summary>
public sealed class CognitoHealth
{
    internal CognitoHealth(IReadOnlyList<CognitoPoolHealth> pools) => Pools = pools;

    /// <summary>
    /// Whether a token of every pool can be judged now. <see langword="false"/> as well before the first fetch has ended.
    /// </summary>
    public bool IsUsable => Pools.All(pool => pool.IsUsable);

    /// <summary>The pools, in the order in which they were configured.</summary>
    public IReadOnlyList<CognitoPoolHealth> Pools { get; }
}
