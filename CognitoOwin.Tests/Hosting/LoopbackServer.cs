using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace CognitoOwin.Tests.Hosting;

/// <summary>
/// An HTTP server on a free port of the loopback interface, for what has to be seen with a real connection. Each connection
/// carries one request.
/// </summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<Request> _requests = new();

    private LoopbackServer()
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _ = ServeAsync();
    }

    public Uri Address { get; }

    public IReadOnlyList<Request> Requests => [.. _requests];

    /// <summary>What it does with a request.</summary>
    public Func<Request, Task<Answer>> OnRequest { get; set; } = _ => Task.FromResult(new Answer(404, ""));

    public static LoopbackServer Start() => new();

    /// <summary>A port of the loopback interface that nobody listens on.</summary>
    public static int FreePort()
    {
        var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        return port;
    }

    public void Dispose() => _listener.Stop();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It was stopped.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (await ReadAsync(stream) is not { } request)
                {
                    return;
                }

                _requests.Enqueue(request);
                var answer = await OnRequest(request);
                var body = Encoding.UTF8.GetBytes(answer.Body);
                var head = new StringBuilder($"HTTP/1.1 {answer.Status} Said\r\nConnection: close\r\n")
                    .Append($"Content-Type: {answer.ContentType}\r\nContent-Length: {body.Length}\r\n");
                foreach (var header in answer.Headers)
                {
                    head.Append($"{header.Key}: {header.Value}\r\n");
                }

                byte[] message = [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body];
                await stream.WriteAsync(message, 0, message.Length);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                // The client has hung up, as some tests want it to.
            }
        }
    }

    private static async Task<Request?> ReadAsync(NetworkStream stream)
    {
        var received = new MemoryStream();
        var buffer = new byte[8192];
        var headLength = -1;
        var bodyLength = 0;
        string[] lines = [];
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (headLength < 0 || received.Length < headLength + bodyLength)
        {
            var count = await stream.ReadAsync(buffer, 0, buffer.Length);
            if (count == 0)
            {
                return null;
            }

            received.Write(buffer, 0, count);
            var text = Encoding.UTF8.GetString(received.ToArray());
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (headLength >= 0 || end < 0)
            {
                continue;
            }

            headLength = end + 4;
            lines = text.Substring(0, end).Split(["\r\n"], StringSplitOptions.None);
            foreach (var line in lines.Skip(1))
            {
                var colon = line.IndexOf(':');
                headers[line.Substring(0, colon)] = line.Substring(colon + 1).Trim();
            }

            bodyLength = headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0;
            if (headers.ContainsKey("Expect"))
            {
                var goOn = Encoding.ASCII.GetBytes("HTTP/1.1 100 Continue\r\n\r\n");
                await stream.WriteAsync(goOn, 0, goOn.Length);
            }
        }

        var first = lines[0].Split(' ');
        return new Request(
            first[0], first[1], headers, Encoding.UTF8.GetString(received.ToArray(), headLength, bodyLength));
    }

    public sealed record Request(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

    public sealed record Answer(int Status, string Body, string ContentType = "application/json")
    {
        public Dictionary<string, string> Headers { get; } = [];
    }
}
