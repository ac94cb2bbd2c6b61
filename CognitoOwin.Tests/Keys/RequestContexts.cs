using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Tests.Keys;

/// <summary>
/// ASP.NET's synchronization context as it is with <c>aspnet:UseTaskFriendlySynchronizationContext</c> off and for classic
/// handlers: each callback waits, on any thread, until the one before it has ended. The request itself is the first callback.
/// </summary>
internal sealed class QueuedRequestContext : SynchronizationContext
{
    private readonly object _gate = new();
    private Task _last = Task.CompletedTask;

    public static Task<T> RunAsync<T>(Func<Task<T>> request)
    {
        var context = new QueuedRequestContext();
        var outcome = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Post(async _ => await outcome.CompleteWithAsync(request), null);
        return outcome.Task;
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            _last = _last.ContinueWith(
                _ =>
                {
                    SetSynchronizationContext(this);
                    d(state);
                    SetSynchronizationContext(null);
                },
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default);
        }
    }

    public override SynchronizationContext CreateCopy() => this;
}

/// <summary>Runs all callbacks on one thread, like a message loop.</summary>
internal sealed class SingleThreadedContext : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    public static Task<T> RunAsync<T>(Func<Task<T>> request)
    {
        var context = new SingleThreadedContext();
        var outcome = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Post(async _ => await outcome.CompleteWithAsync(request), null);
        var thread = new Thread(context.Pump) { IsBackground = true };
        thread.Start();
        _ = outcome.Task.ContinueWith(_ => context._queue.CompleteAdding(), TaskScheduler.Default);
        return outcome.Task;
    }

    public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

    public override SynchronizationContext CreateCopy() => this;

    private void Pump()
    {
        SetSynchronizationContext(this);
        foreach (var (callback, state) in _queue.GetConsumingEnumerable())
        {
            callback(state);
        }
    }
}

internal static class RequestContexts
{
    /// <summary>Runs a request on a context that deadlocks if the request blocks on work that it posts there.</summary>
    public static Task<T> RunAsync<T>(string context, Func<Task<T>> request) =>
        context == "single-threaded" ? SingleThreadedContext.RunAsync(request) : QueuedRequestContext.RunAsync(request);

    public static async Task CompleteWithAsync<T>(this TaskCompletionSource<T> outcome, Func<Task<T>> request)
    {
        try
        {
            outcome.SetResult(await request());
        }
        catch (Exception e)
        {
            outcome.SetException(e);
        }
    }
}
