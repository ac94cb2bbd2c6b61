namespace CognitoOwin;

/// <summary>Sets how validated tokens are cached, so that a token that is sent a thousand times is verified once.</summary>
public sealed class CognitoTokenCacheOptions
{
    /// <summary>
    /// Gets or sets whether an accepted token is cached until it expires or its key is dropped. Default:
    /// <see langword="true"/>.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Gets or sets how many tokens are cached at most: 1 to 1,000,000. Default: 10,000. A token counts once for every 4,096
    /// characters or part of them, so that the limit also bounds the memory.
    /// </summary>
    public int MaximumEntries { get; set; } = 10_000;
}
