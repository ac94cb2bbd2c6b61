using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Owin.Builder;
using Microsoft.Owin.BuilderProperties;
using Owin;
using AppFunc = System.Func<System.Collections.Generic.IDictionary<string, object>, System.Threading.Tasks.Task>;

namespace CognitoOwin.Tests.Hosting;

/// <summary>
/// Hosts an OWIN application without a socket. Like a server, it runs the <c>OnSendingHeaders</c> callbacks when the first byte of the
/// body is written or the pipeline has ended. No client gets a header that the pipeline sets later. <see cref="SendAsync"/> throws the
/// exception of the pipeline.
/// </summary>
public sealed class OwinTestHost : IDisposable
{
    private readonly CancellationTokenSource _disposing = new();
    private readonly CallbackOrder _callbackOrder;
    private readonly AppFunc _app;

    private OwinTestHost(Action<IAppBuilder> configuration, CallbackOrder callbackOrder)
    {
        _callbackOrder = callbackOrder;
        var builder = new AppBuilder();
        _ = new AppProperties(builder.Properties)
        {
            AppName = "CognitoOwin.Tests",
            OnAppDisposing = _disposing.Token,
            TraceOutput = TextWriter.Null,
        };
        configuration(builder);
        _app = builder.Build();
    }

    public static OwinTestHost Start(
        Action<IAppBuilder> configuration, CallbackOrder callbackOrder = CallbackOrder.LastInFirstOut) =>
        new(configuration, callbackOrder);

    /// <param name="path">The path, with the query string after a question mark.</param>
    /// <param name="authorization">The whole header, with its scheme; null sends none.</param>
    public Task<OwinTestResponse> GetAsync(string path, string? authorization = null) =>
        SendAsync(new OwinTestRequest("GET", path) { Authorization = authorization });

    public async Task<OwinTestResponse> SendAsync(OwinTestRequest request)
    {
        using var exchange = new Exchange(request, _callbackOrder);
        await _app(exchange.Environment);
        return exchange.Complete();
    }

    /// <summary>Cancels <c>host.OnAppDisposing</c>, as a host does that stops.</summary>
    public void Dispose()
    {
        _disposing.Cancel();
        _disposing.Dispose();
    }

    private sealed class Exchange : IDisposable
    {
        private readonly LinkedList<(Action<object> Callback, object State)> _sendingHeaders = new();
        private readonly CallbackOrder _callbackOrder;
        private readonly MemoryStream _body = new();
        private readonly Dictionary<string, string[]> _headers = new(StringComparer.OrdinalIgnoreCase);
        private bool _areHeadersSent;
        private (int Status, string? Reason, Dictionary<string, string[]> Headers)? _sent;

        public Exchange(OwinTestRequest request, CallbackOrder callbackOrder)
        {
            _callbackOrder = callbackOrder;
            var (path, query) = request.SplitTarget();
            Environment = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["owin.Version"] = "1.0",
                ["owin.CallCancelled"] = request.CallCancelled,
                ["owin.RequestMethod"] = request.Method,
                ["owin.RequestScheme"] = request.Scheme,
                ["owin.RequestProtocol"] = "HTTP/1.1",
                ["owin.RequestPathBase"] = string.Empty,
                ["owin.RequestPath"] = path,
                ["owin.RequestQueryString"] = query,
                ["owin.RequestHeaders"] = request.HeadersToSend(),
                ["owin.RequestBody"] = new MemoryStream(request.Body, writable: false),
                ["owin.ResponseHeaders"] = _headers,
                ["owin.ResponseBody"] = new ResponseStream(_body, SendHeaders),
                ["server.RemoteIpAddress"] = "127.0.0.1",
                ["server.RemotePort"] = "50000",
                ["server.LocalIpAddress"] = "127.0.0.1",
                ["server.LocalPort"] = "80",
                ["server.IsLocal"] = true,
                ["server.OnSendingHeaders"] = new Action<Action<object>, object>(OnSendingHeaders),
            };
            if (request.RequestId is not null)
            {
                Environment["owin.RequestId"] = request.RequestId;
            }

            if (request.User is not null)
            {
                Environment["server.User"] = request.User;
            }
        }

        public Dictionary<string, object> Environment { get; }

        public OwinTestResponse Complete()
        {
            SendHeaders();
            var (status, reason, headers) = _sent!.Value;
            return new OwinTestResponse(status, reason, headers, _body.ToArray(), Environment);
        }

        public void Dispose() => _body.Dispose();

        private void OnSendingHeaders(Action<object> callback, object state)
        {
            if (_sent is not null)
            {
                throw new InvalidOperationException("The headers have been sent.");
            }

            if (_callbackOrder == CallbackOrder.LastInFirstOut)
            {
                _sendingHeaders.AddFirst((callback, state));
            }
            else
            {
                _sendingHeaders.AddLast((callback, state));
            }
        }

        private void SendHeaders()
        {
            // A callback may write to the body itself.
            if (_areHeadersSent)
            {
                return;
            }

            _areHeadersSent = true;
            try
            {
                while (_sendingHeaders.Count > 0)
                {
                    var (callback, state) = _sendingHeaders.First!.Value;
                    _sendingHeaders.RemoveFirst();
                    callback(state);
                }
            }
            finally
            {
                _sent = (
                    Environment.TryGetValue("owin.ResponseStatusCode", out var status) ? (int)status : 200,
                    Environment.TryGetValue("owin.ResponseReasonPhrase", out var reason) ? (string)reason : null,
                    new Dictionary<string, string[]>(_headers, StringComparer.OrdinalIgnoreCase));
            }
        }
    }

    private sealed class ResponseStream : Stream
    {
        private readonly MemoryStream _body;
        private readonly Action _sendHeaders;

        public ResponseStream(MemoryStream body, Action sendHeaders)
        {
            _body = body;
            _sendHeaders = sendHeaders;
        }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => _sendHeaders();

        public override void Write(byte[] buffer, int offset, int count)
        {
            _sendHeaders();
            _body.Write(buffer, offset, count);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
