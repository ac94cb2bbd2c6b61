namespace CognitoOwin;

/// <summary>Says what a store of revocations reports. See <see cref="ICognitoRevocationStore.Subscribe"/>.</summary>
public enum CognitoRevocationStoreEvent
{
    /// <summary>There may be new revocations. They are read at once.</summary>
    Changed,

    /// <summary>
    /// The connection is back. The store may have lost revocations, or this server may have missed some, so the whole list is read.
    /// </summary>
    Reconnected,

    /// <summary>A message came that no server of this farm sends. It is counted, and has no other effect.</summary>
    MessageIgnored,
}
