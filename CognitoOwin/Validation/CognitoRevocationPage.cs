using System;
using System.Collections.Generic;

namespace CognitoOwin;

/// <summary>Holds what one call of <see cref="ICognitoRevocationStore.ReadAsync"/> read.</summary>
public sealed class CognitoRevocationPage
{
    /// <summary>Creates a page.</summary>
    /// <param name="dataId">See <see cref="DataId"/>.</param>
    /// <param name="dataAge">See <see cref="DataAge"/>.</param>
    /// <param name="revocations">See <see cref="Revocations"/>.</param>
    /// <param name="position">See <see cref="Position"/>.</param>
    /// <param name="hasMore">See <see cref="HasMore"/>.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public CognitoRevocationPage(
        string dataId, TimeSpan dataAge, IReadOnlyList<CognitoStoredRevocation> revocations, long position, bool hasMore)
    {
        DataId = dataId ?? throw new ArgumentNullException(nameof(dataId));
        DataAge = dataAge;
        Revocations = revocations ?? throw new ArgumentNullException(nameof(revocations));
        Position = position;
        HasMore = hasMore;
    }

    /// <summary>
    /// Gets the id that the store got when it was created. A store that has lost entries gets another one, so that the servers write
    /// again what they know.
    /// </summary>
    public string DataId { get; }

    /// <summary>
    /// Gets how long ago the store got its <see cref="DataId"/>, by its own clock. A server that starts does not trust a young store: it
    /// gives the other servers time to write what they know.
    /// </summary>
    public TimeSpan DataAge { get; }

    /// <summary>Gets the entries. Those that cannot be read are left out.</summary>
    public IReadOnlyList<CognitoStoredRevocation> Revocations { get; }

    /// <summary>
    /// Gets the position of the last entry that was read, or the position that was asked for if there is none. If it is smaller than
    /// that, the store has lost entries, and is read from the beginning.
    /// </summary>
    public long Position { get; }

    /// <summary>Gets whether there are entries with a larger position.</summary>
    public bool HasMore { get; }

    /// <summary>Gets or sets how many entries could not be read, for the metric of ignored entries. Default: 0.</summary>
    public int Ignored { get; set; }
}
