using System;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>Describes the state of the list of revocations. It shows none of its entries.</summary>
public sealed class CognitoRevocationsHealth
{
    internal CognitoRevocationsHealth(int entries, int maximumEntries, RevocationSync? sync)
    {
        Entries = entries;
        MaximumEntries = maximumEntries;
        IsUsable = sync?.RetryAfter == null;
        IsStoreReachable = sync?.IsReachable;
        TimeSinceStoreContact = sync?.TimeSinceContact;
        PendingWrites = sync?.PendingWrites ?? 0;
    }

    /// <summary>Gets the number of revocations in the list. A later revocation removes those that have expired.</summary>
    public int Entries { get; }

    /// <summary>Gets how many the list may hold: <see cref="CognitoRevocationsOptions.MaximumEntries"/>.</summary>
    public int MaximumEntries { get; }

    /// <summary>
    /// Gets whether tokens can be accepted. It is <see langword="false"/> until the store was read, and with
    /// <see cref="UnavailableStoreHandling.Refuse"/> while the store cannot be reached. Without a store it is <see langword="true"/>.
    /// </summary>
    public bool IsUsable { get; }

    /// <summary>Gets whether the last call of the store succeeded; null without a store.</summary>
    public bool? IsStoreReachable { get; }

    /// <summary>
    /// Gets the time since the store was last read; since the start if it never was; null without a store. It is about
    /// <see cref="CognitoRevocationsOptions.ReadInterval"/> while all is well.
    /// </summary>
    public TimeSpan? TimeSinceStoreContact { get; }

    /// <summary>Gets how many revocations of this server are not in the store yet.</summary>
    public int PendingWrites { get; }

    /// <summary>
    /// Gets whether the list works, but needs an operator: at least nine tenths of <see cref="MaximumEntries"/> are in use, or the store
    /// cannot be reached. When the list is full, a revocation throws.
    /// </summary>
    public bool IsDegraded => IsStoreReachable == false || Entries >= MaximumEntries - (MaximumEntries / 10);
}
