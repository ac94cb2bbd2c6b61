using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin;

/// <summary>
/// Keeps the revocations of several servers: in Redis with <c>UseRedis</c> of CognitoOwin.Redis, or in a database of yours. A store
/// only reads and writes. CognitoOwin decides when, calls it on a thread of the thread pool, limits the time of each call, tries again, and
/// writes again what a store has lost. Set it in <see cref="CognitoRevocationsOptions.Store"/>. Many threads may use one store.
/// </summary>
/// <remarks>
/// A store numbers its changes: each new or changed entry gets a number (its position) that is larger than all before it, and becomes
/// visible in the order of these numbers. Two stores of one application must be equal (<see cref="object.Equals(object)"/>) if they
/// keep the same revocations.
/// </remarks>
public interface ICognitoRevocationStore
{
    /// <summary>
    /// Begins to report events. A list of revocations calls it once, before it reads. The store must not wait for a connection here.
    /// A store that reports nothing is read at every <see cref="CognitoRevocationsOptions.ReadInterval"/>.
    /// </summary>
    /// <param name="listener">Gets the events, on any thread. It returns at once, and throws nothing.</param>
    /// <returns>Ends the reports, and closes what the store opened for this list.</returns>
    IDisposable Subscribe(Action<CognitoRevocationStoreEvent> listener);

    /// <summary>Reads the entries whose position is larger than a position, in the order of their positions.</summary>
    /// <param name="position">The position; 0 for all entries.</param>
    /// <param name="maximumCount">How many entries to return at most.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The entries, and the state of the store.</returns>
    /// <exception cref="Exception">The store cannot be read now. The call is repeated.</exception>
    Task<CognitoRevocationPage> ReadAsync(long position, int maximumCount, CancellationToken cancellationToken);

    /// <summary>
    /// Writes entries, each in one atomic step. If the store has the key already, the later of both moments and of both expirations
    /// counts, and an entry that does not change keeps its position. The store may forget an entry an hour after it has expired.
    /// </summary>
    /// <param name="revocations">The entries.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that completes when the entries are stored. Then the store tells the other servers.</returns>
    /// <exception cref="Exception">The entries may not be stored. The call is repeated.</exception>
    Task WriteAsync(IReadOnlyList<CognitoStoredRevocation> revocations, CancellationToken cancellationToken);
}
