using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using System.Web;

namespace Microsoft.Owin.Host.SystemWeb;

/// <summary>One request on its way through the OWIN pipeline, which System.Web lets go on from stage to stage.</summary>
internal sealed class RequestPipeline
{
    /// <summary>The stage after all stages: the handler is done.</summary>
    public const int End = int.MaxValue;

    private const string PipelineKey = "Microsoft.Owin.Host.SystemWeb.RequestPipeline";
    private const string EnvironmentKey = "owin.Environment";

    private readonly Stack<(Action<object> Callback, object State)> _sendingHeaders = new();
    private readonly OwinApplication _app;
    private readonly IDictionary<string, object> _environment;
    private readonly object _gate = new();

    private Task _running;
    private int _stage = -1;
    private int _awaitedStage;
    private TaskCompletionSource<bool> _entrance;

    private RequestPipeline(OwinApplication app, HttpContext context)
    {
        _app = app;
        _environment = RequestEnvironment.Create(app.Properties, context, OnSendingHeaders);
        _environment[PipelineKey] = this;
        context.Items[PipelineKey] = this;
        context.Items[EnvironmentKey] = _environment;
    }

    public bool IsCompleted => _running is { IsCompleted: true };

    public static RequestPipeline Create(OwinApplication app, HttpContext context) => new(app, context);

    public static RequestPipeline Of(HttpContext context) => (RequestPipeline)context?.Items[PipelineKey];

    public static RequestPipeline Of(IDictionary<string, object> environment) => (RequestPipeline)environment[PipelineKey];

    /// <summary>
    /// Lets the pipeline continue, and returns when it waits for a later stage or has ended. The exception of a failed pipeline surfaces here.
    /// Katana lets it surface when the request ends; Mono answers an exception at that point with an empty 200.
    /// </summary>
    public void RunTo(int stage)
    {
        TaskCompletionSource<bool> entrance;
        lock (_gate)
        {
            // A failed pipeline has been reported by the stage it failed in.
            if (IsCompleted || (_running is not null && _awaitedStage > stage))
            {
                return;
            }

            _stage = stage;
            entrance = _entrance;
            _entrance = null;
        }

        // The thread of the request waits below. An await that had to return to it would wait forever.
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            if (entrance is null)
            {
                Start();
            }
            else
            {
                entrance.SetResult(Reaches(_awaitedStage));
            }

            WaitUntilAtRest();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }

        if (IsCompleted)
        {
            _running.GetAwaiter().GetResult();
        }
    }

    /// <summary>
    /// Called by the pipeline: completes when the stage has come, with true; or with false when the request ended before, and
    /// what stands after must not run.
    /// </summary>
    public Task<bool> EnterAsync(int stage)
    {
        lock (_gate)
        {
            if (stage <= _stage)
            {
                return Task.FromResult(Reaches(stage));
            }

            _awaitedStage = stage;
            _entrance = new TaskCompletionSource<bool>();
            Monitor.PulseAll(_gate);
            return _entrance.Task;
        }
    }

    /// <summary>Runs the callbacks, the last registered first, before the headers go; each once.</summary>
    public void SendHeaders()
    {
        while (_sendingHeaders.Count > 0)
        {
            var (callback, state) = _sendingHeaders.Pop();
            callback(state);
        }
    }

    private void OnSendingHeaders(Action<object> callback, object state) => _sendingHeaders.Push((callback, state));

    private bool Reaches(int stage) => _stage != End || stage == End;

    private void Start()
    {
        _running = InvokeAsync();
        _running.ContinueWith(
            _ =>
            {
                lock (_gate)
                {
                    Monitor.PulseAll(_gate);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    // A middleware that throws before its first await fails the task all the same.
    private async Task InvokeAsync() => await _app.Invoke(_environment);

    private void WaitUntilAtRest()
    {
        lock (_gate)
        {
            while (_entrance is null && !IsCompleted)
            {
                Monitor.Wait(_gate);
            }
        }
    }
}
