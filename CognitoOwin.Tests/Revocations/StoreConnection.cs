using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Tests.Revocations;

/// <summary>The connection of one server to the store, which a test can break.</summary>
internal sealed class StoreConnection(SharedStore store) : ICognitoRevocationStore
{
    private Action<CognitoRevocationStoreEvent>? _listener;
    private int _reads;
    private int _writes;

    /// <summary>Gets or sets what every call does instead; null to do what it should.</summary>
    public Func<CancellationToken, Task>? Fault { get; set; }

    /// <summary>Gets or sets what every write does instead.</summary>
    public Func<CancellationToken, Task>? WriteFault { get; set; }

    public int Reads => Volatile.Read(ref _reads);

    public int Writes => Volatile.Read(ref _writes);

    public bool IsOpen => _listener != null;

    public void Receive(CognitoRevocationStoreEvent storeEvent) => _listener?.Invoke(storeEvent);

    public IDisposable Subscribe(Action<CognitoRevocationStoreEvent> listener)
    {
        _listener = listener;
        return new Subscription(this);
    }

    public async Task<CognitoRevocationPage> ReadAsync(long position, int maximumCount, CancellationToken cancellationToken)
    {
        if (Fault is { } fault)
        {
            await fault(cancellationToken);
        }

        Interlocked.Increment(ref _reads);
        return store.Read(position, maximumCount);
    }

    public async Task WriteAsync(IReadOnlyList<CognitoStoredRevocation> revocations, CancellationToken cancellationToken)
    {
        if ((Fault ?? WriteFault) is { } fault)
        {
            await fault(cancellationToken);
        }

        Interlocked.Increment(ref _writes);
        store.Write(revocations);
    }

    private sealed class Subscription(StoreConnection connection) : IDisposable
    {
        public void Dispose() => connection._listener = null;
    }
}
