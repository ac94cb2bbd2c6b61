using System;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Runs the application's handler for all requests of a token. Requests that come during the work wait for it; later ones get its
/// outcome for as long as the outcome is kept. A failure is reported to the requests that waited, and is not kept.
/// </summary>
internal sealed class SharedRun
{
    private Task<ProvisioningOutcome>? _run;

    /// <summary>Gets the outcome if there is one that is kept; null if the work is still to be done, or under way.</summary>
    public Task<ProvisioningOutcome>? Kept =>
        Volatile.Read(ref _run) is { Status: TaskStatus.RanToCompletion } run && run.Result.IsKept ? run : null;

    /// <summary>Gets the kept outcome, waits for the work of another request, or does the work.</summary>
    /// <param name="work">Does the work. It must not depend on whether the client of this request hangs up.</param>
    /// <param name="cancellationToken">Ends the wait for work that another request has started.</param>
    /// <returns>The outcome.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="Exception">The work failed; the exception is the one that the work threw.</exception>
    public async Task<ProvisioningOutcome> GetOrRunAsync(Func<Task<ProvisioningOutcome>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            var current = Volatile.Read(ref _run);
            if (current == null || IsOver(current))
            {
                var promise = new TaskCompletionSource<ProvisioningOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
                if (Interlocked.CompareExchange(ref _run, promise.Task, current) == current)
                {
                    return await RunAsync(work, promise, cancellationToken).ConfigureAwait(false);
                }

                continue;
            }

            try
            {
                return await current.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (current.IsCanceled && !cancellationToken.IsCancellationRequested)
            {
                // Another request started the work and cancelled it for its own client. This request tries again.
            }
        }
    }

    private static bool IsOver(Task<ProvisioningOutcome> run) => run.IsCompleted && (run.Status != TaskStatus.RanToCompletion || !run.Result.IsKept);

    // The request that started the work waits for its end even after its own client has hung up: the services of its OWIN context
    // must live as long as a handler uses them.
    private async Task<ProvisioningOutcome> RunAsync(Func<Task<ProvisioningOutcome>> work, TaskCompletionSource<ProvisioningOutcome> promise, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await work().ConfigureAwait(false);
            if (!outcome.IsKept)
            {
                // Nobody gets it any more but those who wait, and it may hold an exception.
                _ = Interlocked.CompareExchange(ref _run, null, promise.Task);
            }

            promise.SetResult(outcome);
            return outcome;
        }
        catch (Exception e)
        {
            _ = Interlocked.CompareExchange(ref _run, null, promise.Task);
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                promise.SetCanceled();
            }
            else
            {
                // A timeout raised by the work itself is reported to every waiter. If the waiters tried again one after the
                // other, the last would wait for all of them.
                promise.SetException(e);

                // Observe the exception here, because perhaps nobody else waits for it.
                _ = promise.Task.Exception;
            }

            throw;
        }
    }
}
