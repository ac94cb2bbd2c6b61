using System;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Http;

/// <summary>Limits the time of work that may not end when it is cancelled.</summary>
internal static class TimeLimit
{
    /// <summary>Starts the work, and waits for its end or for the end of its time.</summary>
    /// <param name="start">
    /// Starts the work. It must not block, and must not throw. Its token is cancelled when nobody waits for the work any longer.
    /// </param>
    /// <param name="timeout">The longest that the work may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="createTimeoutException">Creates the exception for work that took too long, from a message.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What the work returned.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="Exception">The work failed, or took too long.</exception>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> start,
        TimeSpan timeout,
        TimeProvider time,
        Func<string, Exception> createTimeoutException,
        CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeIsOver = time.Delay(timeout, limit.Token);
        var work = start(limit.Token);
        var first = await Task.WhenAny(work, timeIsOver).ConfigureAwait(false);

        // Cancel on another thread: closing a connection that hangs may take a while, and the caller must not wait for that.
        _ = Task.Run(
            () =>
            {
                limit.Cancel();
                limit.Dispose();
            },
            CancellationToken.None);
        if (first == work)
        {
            return await work.ConfigureAwait(false);
        }

        // Not every handler or stream ends a read that is cancelled, so abandon the work and observe its exception.
        _ = work.ContinueWith(static late => late.Exception, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        throw createTimeoutException($"There was no complete answer within {timeout}.");
    }
}
