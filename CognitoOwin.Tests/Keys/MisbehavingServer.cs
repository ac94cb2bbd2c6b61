using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Tests.Keys;

/// <summary>
/// An HTTP server on loopback that can misbehave as a test tells it to. It serves one request per connection and counts the requests
/// whose head it has read.
/// </summary>
internal sealed class MisbehavingServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentBag<TcpClient> _connections = [];
    private readonly Signal _arrivals = new();
    private readonly Signal _disconnects = new();

    public MisbehavingServer()
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _ = AcceptAsync();
    }

    /// <summary>Answers a client whose request the server has read.</summary>
    public delegate Task Behaviour(Stream connection);

    public Uri Address { get; }

    /// <summary>The behaviour for each request.</summary>
    public Behaviour OnRequest { get; set; } = Status(404);

    public int Fetches => _requests.Count;

    /// <summary>The head of each request, as text.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public static Behaviour Json(string json) => Answer(200, "application/json", json);

    public static Behaviour Json(Func<string> json) => connection => Json(json())(connection);

    public static Behaviour Status(int status) => Answer(status, "text/html", "<!doctype html><title>Sorry</title>");

    public static Behaviour Answer(int status, string? contentType, string body, string headers = "") =>
        connection => WriteAsync(connection, Head(status, contentType, body.Length, headers) + body);

    public static Behaviour Redirect(Uri target) => Answer(302, null, "", $"Location: {target}\r\n");

    /// <summary>Announces the whole body and sends half of it.</summary>
    public static Behaviour CutOff(string json) =>
        connection => WriteAsync(connection, Head(200, "application/json", json.Length) + json.Substring(0, json.Length / 2));

    public static Behaviour Garbage() => connection => WriteAsync(connection, "\u0016\u0003\u0001 this is not HTTP\r\n\r\n");

    /// <summary>Sends ten megabytes, with or without a Content-Length.</summary>
    public static Behaviour Huge(bool announced) => async connection =>
    {
        const int Megabytes = 10;
        var megabyte = new string(' ', 1024 * 1024);
        await WriteAsync(connection, Head(200, "application/json", announced ? Megabytes * megabyte.Length : null));
        for (var i = 0; i < Megabytes; i++)
        {
            await WriteAsync(connection, megabyte);
        }
    };

    /// <summary>Resets the connection without an answer, as a crash does.</summary>
    public static Behaviour Reset() => _ => throw new ResetException();

    /// <summary>Uses one behaviour per request. The last one is used for all further requests.</summary>
    public static Behaviour InTurn(params Behaviour[] behaviours)
    {
        var turn = -1;
        return connection => behaviours[Math.Min(Interlocked.Increment(ref turn), behaviours.Length - 1)](connection);
    }

    /// <summary>Answers when <paramref name="release"/> has completed.</summary>
    public static Behaviour After(Task release, Behaviour then) => async connection =>
    {
        await release;
        await then(connection);
    };

    /// <summary>Never answers.</summary>
    public Behaviour SlowHeaders() => HoldAsync;

    /// <summary>Begins an answer and never completes it.</summary>
    public Behaviour SlowBody(string json) => async connection =>
    {
        await WriteAsync(connection, Head(200, "application/json", json.Length) + json.Substring(0, 10));
        await HoldAsync(connection);
    };

    /// <summary>Waits until the server has read the head of <paramref name="count"/> requests.</summary>
    public Task WaitForFetchesAsync(int count) => _arrivals.WaitForAsync(count);

    /// <summary>Waits until <paramref name="count"/> waiting clients have closed their connection.</summary>
    public Task WaitForDisconnectsAsync(int count) => _disconnects.WaitForAsync(count);

    /// <summary>Closes the port. Further connections are refused.</summary>
    public void Stop() => _listener.Stop();

    public void Dispose()
    {
        _listener.Stop();
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    private static string Head(int status, string? contentType, int? length, string headers = "") =>
        $"HTTP/1.1 {status} As Asked\r\nConnection: close\r\n"
        + (contentType != null ? $"Content-Type: {contentType}\r\n" : "")
        + (length != null ? $"Content-Length: {length}\r\n" : "")
        + headers + "\r\n";

    private static Task WriteAsync(Stream connection, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return connection.WriteAsync(bytes, 0, bytes.Length);
    }

    private async Task HoldAsync(Stream connection)
    {
        try
        {
            while (await connection.ReadAsync(new byte[64], 0, 64) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }

        _disconnects.Add();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptTcpClientAsync();
                _connections.Add(connection);
                _ = Task.Run(() => ServeAsync(connection));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test stopped the server.
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        try
        {
            var stream = connection.GetStream();
            if (await ReadHeadAsync(stream) is { } head)
            {
                _requests.Enqueue(head);
                _arrivals.Add();
                await OnRequest(stream);
            }
        }
        catch (ResetException)
        {
            connection.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The client or the test closed the connection.
        }
        finally
        {
            connection.Dispose();
        }
    }

    private static async Task<string?> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[1024];
        while (!head.ToString().Contains("\r\n\r\n"))
        {
            var read = await stream.ReadAsync(buffer, 0, buffer.Length);
            if (read == 0)
            {
                return null;
            }

            head.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return head.ToString();
    }

    private sealed class ResetException : Exception;
}
