using System;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Provider;

/// <summary>One run of the application's handler, shared by every request of a token. One that failed is not kept.</summary>
internal sealed class SharedProvisioning
{
    private Task<ProvisioningOutcome>? _run;

    public Task<ProvisioningOutcome> GetOrRunAsync(Func<Task<ProvisioningOutcome>> run, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _run) is { Status: TaskStatus.RanToCompletion } done)
        {
            return done;
        }

        var promise = new TaskCompletionSource<ProvisioningOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var current = Interlocked.CompareExchange(ref _run, promise.Task, null);
        return current == null
            ? RunAsync(run, promise)
            : current.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    // The request that began the run sees it through even when its own client has hung up: the services of its OWIN context
    // must live as long as the handler works with them.
    private async Task<ProvisioningOutcome> RunAsync(
        Func<Task<ProvisioningOutcome>> run, TaskCompletionSource<ProvisioningOutcome> promise)
    {
        try
        {
            var outcome = await run().ConfigureAwait(false);
            promise.SetResult(outcome);
            return outcome;
        }
        catch (Exception e)
        {
            Volatile.Write(ref _run, null);
            promise.SetException(e);

            // Observed here, as perhaps nobody else waits for it.
            _ = promise.Task.Exception;
            throw;
        }
    }
}
