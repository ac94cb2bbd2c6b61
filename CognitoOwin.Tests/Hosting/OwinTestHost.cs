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
/// An OWIN host without a socket. As a server does, it runs the <c>OnSendingHeaders</c> callbacks, the last registered first, when
/// the first byte of the body goes or the pipeline is done; what the pipeline sets afterwards reaches no client. An exception
/// of the pipeline comes out of <see cref="SendAsync"/>.
/// </summary>
public sealed class OwinTestHost : IDisposable
{
    private readonly CancellationTokenSource _disposing = new();
    private readonly AppFunc _app;

    private OwinTestHost(Action<IAppBuilder> configuration)
    {
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

    public static OwinTestHost Start(Action<IAppBuilder> configuration) => new(configuration);

    /// <param name="path">The path, and after a question mark the query string.</param>
    /// <param name="authorization">The whole header, scheme and all; null sends none.</param>
    public Task<OwinTestResponse> GetAsync(string path, string? authorization = null) =>
        SendAsync(new OwinTestRequest("GET", path) { Authorization = authorization });

    public async Task<OwinTestResponse> SendAsync(OwinTestRequest request)
    {
        using var exchange = new Exchange(request);
        await _app(exchange.Environment);
        return exchange.Complete();
    }

    /// <summary>Cancels <c>host.OnAppDisposing</c>, as a host does that goes down.</summary>
    public void Dispose()
    {
        _disposing.Cancel();
        _disposing.Dispose();
    }

    private sealed class Exchange : IDisposable
    {
        private readonly Stack<(Action<object> Callback, object State)> _sendingHeaders = new();
        private readonly MemoryStream _body = new();
        private readonly Dictionary<string, string[]> _headers = new(StringComparer.OrdinalIgnoreCase);
        private bool _headersAreGoing;
        private (int Status, string? Reason, Dictionary<string, string[]> Headers)? _sent;

        public Exchange(OwinTestRequest request)
        {
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
                throw new InvalidOperationException("The headers have gone.");
            }

            _sendingHeaders.Push((callback, state));
        }

        private void SendHeaders()
        {
            // A callback may write to the body itself.
            if (_headersAreGoing)
            {
                return;
            }

            _headersAreGoing = true;
            while (_sendingHeaders.Count > 0)
            {
                var (callback, state) = _sendingHeaders.Pop();
                callback(state);
            }

            _sent = (
                Environment.TryGetValue("owin.ResponseStatusCode", out var status) ? (int)status : 200,
                Environment.TryGetValue("owin.ResponseReasonPhrase", out var reason) ? (string)reason : null,
                new Dictionary<string, string[]>(_headers, StringComparer.OrdinalIgnoreCase));
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
