namespace CognitoOwin;

/// <summary>How validated tokens are remembered, so that a token sent a thousand times is verified once.</summary>
public sealed class CognitoTokenCacheOptions
{
    /// <summary>
    /// Whether a token that was accepted is remembered until it expires or its key is dropped. Default: <see langword="true"/>.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// How many tokens are remembered at the most: 1 to 1,000,000. Default: 10,000. A token of more than 4,096 characters counts as
    /// several, one for each 4,096 it has begun, so that this bounds the memory as well.
    /// </summary>
    public int MaximumEntries { get; set; } = 10_000;
}
