namespace CognitoOwin;

/// <summary>Describes the state of the list of revocations. It shows none of its entries.</summary>
public sealed class CognitoRevocationsHealth
{
    internal CognitoRevocationsHealth(int entries, int maximumEntries)
    {
        Entries = entries;
        MaximumEntries = maximumEntries;
    }

    /// <summary>Gets the number of revocations in the list. A later revocation removes those that have expired.</summary>
    public int Entries { get; }

    /// <summary>Gets how many the list may hold: <see cref="CognitoRevocationsOptions.MaximumEntries"/>.</summary>
    public int MaximumEntries { get; }

    /// <summary>
    /// Gets whether the list works, but needs an operator: at least nine tenths of <see cref="MaximumEntries"/> are in use. When
    /// it is full, a revocation throws.
    /// </summary>
    public bool IsDegraded => Entries >= MaximumEntries - (MaximumEntries / 10);
}
