using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using System.Web;

namespace Microsoft.Owin.Host.SystemWeb;

/// <summary>
/// One request on its way through the OWIN pipeline. The request's thread drives it from stage to stage and runs, one after the
/// other, whatever an await brings back meanwhile: so <see cref="HttpContext.Current"/> is there after an await, as under ASP.NET's
/// own synchronization context.
/// </summary>
internal sealed class RequestPipeline
{
    /// <summary>The stage after all stages: the handler is done.</summary>
    public const int End = int.MaxValue;

    private const string PipelineKey = "Microsoft.Owin.Host.SystemWeb.RequestPipeline";
    private const string EnvironmentKey = "owin.Environment";

    private readonly Stack<(Action<object> Callback, object State)> _sendingHeaders = new();
    private readonly RequestThread _thread = new();
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

    /// <summary>Lets the pipeline go on, and returns when it waits for a later stage or is done; its exception comes out here.</summary>
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

        _thread.Run(() =>
        {
            if (entrance is null)
            {
                _running = Start();
            }
            else
            {
                entrance.SetResult(Reaches(_awaitedStage));
            }

            _running.ContinueWith(
                _ => _thread.Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }, IsAtRest);

        if (IsCompleted)
        {
            _thread.Close();
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
            _entrance = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _thread.Wake();
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

    private async Task Start() => await _app.Invoke(_environment);

    private bool IsAtRest()
    {
        lock (_gate)
        {
            return _entrance is not null || IsCompleted;
        }
    }

    /// <summary>The request's thread as the place awaits come back to.</summary>
    private sealed class RequestThread : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object State)> _work = new();
        private bool _closed;

        public void Run(Action start, Func<bool> isAtRest)
        {
            var outer = Current;
            SetSynchronizationContext(this);
            try
            {
                start();
                while (Next(isAtRest) is { Callback: { } callback } work)
                {
                    callback(work.State);
                }
            }
            finally
            {
                SetSynchronizationContext(outer);
            }
        }

        public void Wake()
        {
            lock (_work)
            {
                Monitor.PulseAll(_work);
            }
        }

        public override void Post(SendOrPostCallback d, object state)
        {
            lock (_work)
            {
                if (!_closed)
                {
                    _work.Enqueue((d, state));
                    Monitor.PulseAll(_work);
                    return;
                }
            }

            ThreadPool.QueueUserWorkItem(_ => d(state));
        }

        public override SynchronizationContext CreateCopy() => this;

        // What is left belongs to nobody who waits: work started and not awaited.
        public void Close()
        {
            lock (_work)
            {
                _closed = true;
                while (_work.Count > 0)
                {
                    var (callback, state) = _work.Dequeue();
                    ThreadPool.QueueUserWorkItem(_ => callback(state));
                }
            }
        }

        private (SendOrPostCallback Callback, object State) Next(Func<bool> isAtRest)
        {
            lock (_work)
            {
                while (_work.Count == 0)
                {
                    if (isAtRest())
                    {
                        return default;
                    }

                    Monitor.Wait(_work);
                }

                return _work.Dequeue();
            }
        }
    }
}
