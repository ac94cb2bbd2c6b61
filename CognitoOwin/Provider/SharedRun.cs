using System;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Provider;

/// <summary>An outcome that says for itself how long later requests may have it too.</summary>
internal interface IShareable
{
    bool IsKept { get; }
}

/// <summary>
/// One piece of work for every request of a token: those that come while it is done wait for it, those that come later have
/// its outcome as long as that is kept. A failure is told to those who waited for it, and not kept.
/// </summary>
internal sealed class SharedRun<T>
    where T : class, IShareable
{
    private Task<T>? _run;

    /// <summary>The outcome, where there is one that is kept; null where the work is to be done, or under way.</summary>
    public Task<T>? Kept => Volatile.Read(ref _run) is { Status: TaskStatus.RanToCompletion } run && run.Result.IsKept ? run : null;

    /// <summary>Lets go of an outcome that nobody asks for again.</summary>
    public void Forget() => Volatile.Write(ref _run, null);

    /// <param name="work">Does the work. It must not depend on whether the client of this request hangs up.</param>
    /// <param name="cancellationToken">Ends the waiting for work that another request has begun.</param>
    public async Task<T> GetOrRunAsync(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            var current = Volatile.Read(ref _run);
            if (current == null || IsOver(current))
            {
                var promise = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
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
                // The work was given up for the sake of the request that had begun it, which is not this one.
            }
        }
    }

    private static bool IsOver(Task<T> run) => run.IsCompleted && (run.Status != TaskStatus.RanToCompletion || !run.Result.IsKept);

    // The request that began the work sees it through even when its own client has hung up: the services of its OWIN context
    // must live as long as a handler works with them.
    private async Task<T> RunAsync(Func<Task<T>> work, TaskCompletionSource<T> promise, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await work().ConfigureAwait(false);
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
                // A time-out of the work's own among it, which everybody who waits is told: to try again one after the other would
                // make the last wait for all of them.
                promise.SetException(e);

                // Observed here, as perhaps nobody else waits for it.
                _ = promise.Task.Exception;
            }

            throw;
        }
    }
}
