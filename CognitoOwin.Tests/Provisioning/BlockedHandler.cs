using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Tests.Provisioning;

/// <summary>Counts the runs of a provisioning handler and blocks each run until the test releases it.</summary>
internal sealed class BlockedHandler
{
    private readonly TaskCompletionSource<bool> _started = new();
    private readonly TaskCompletionSource<bool> _released = new();
    private int _runs;

    public int Runs => _runs;

    /// <summary>A task that completes when the first run has started.</summary>
    public Task Started => _started.Task;

    /// <summary>Counts a run and waits for <paramref name="until"/>, or for <see cref="Release"/> if that is null.</summary>
    public Task RunAsync(Task? until = null)
    {
        Interlocked.Increment(ref _runs);
        _started.TrySetResult(true);
        return until ?? _released.Task;
    }

    /// <summary>Waits for <see cref="Release"/> and then adds the <c>local_id</c> 42, unless the application has ended.</summary>
    public async Task AddLocalIdAsync(CognitoProvisionUserContext context)
    {
        await RunAsync();
        context.CancellationToken.ThrowIfCancellationRequested();
        context.AddClaim("local_id", "42");
    }

    public void Release() => _released.SetResult(true);
}
