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
/// An HTTP server on loopback that does to its client whatever a test asks for. It serves one request a connection, and counts
/// the requests whose head has come.
/// </summary>
internal sealed class MisbehavingServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentBag<TcpClient> _connections = [];
    private readonly Signal _arrivals = new();
    private readonly Signal _hangUps = new();

    public MisbehavingServer()
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _ = AcceptAsync();
    }

    /// <summary>What is done to a client whose request has been read.</summary>
    public delegate Task Behaviour(Stream connection);

    public Uri Address { get; }

    /// <summary>What happens to each request.</summary>
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

    /// <summary>A body that is longer than what is sent of it.</summary>
    public static Behaviour CutOff(string json) =>
        connection => WriteAsync(connection, Head(200, "application/json", json.Length) + json.Substring(0, json.Length / 2));

    public static Behaviour Garbage() => connection => WriteAsync(connection, "\u0016\u0003\u0001 this is not HTTP\r\n\r\n");

    /// <summary>Ten megabytes, announced or not.</summary>
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

    /// <summary>Ends the connection as a crash does: no answer, and a reset in place of an orderly end.</summary>
    public static Behaviour Reset() => _ => throw new ResetException();

    /// <summary>One behaviour after the other; the last one goes on.</summary>
    public static Behaviour InTurn(params Behaviour[] behaviours)
    {
        var turn = -1;
        return connection => behaviours[Math.Min(Interlocked.Increment(ref turn), behaviours.Length - 1)](connection);
    }

    /// <summary>Answers when <paramref name="go"/> is over.</summary>
    public static Behaviour After(Task go, Behaviour then) => async connection =>
    {
        await go;
        await then(connection);
    };

    /// <summary>Never answers.</summary>
    public Behaviour SlowHeaders() => HoldAsync;

    /// <summary>Begins an answer, and never ends it.</summary>
    public Behaviour SlowBody(string json) => async connection =>
    {
        await WriteAsync(connection, Head(200, "application/json", json.Length) + json.Substring(0, 10));
        await HoldAsync(connection);
    };

    /// <summary>Ends when the server has read the head of so many requests.</summary>
    public Task WaitForFetchesAsync(int count) => _arrivals.WaitForAsync(count);

    /// <summary>Ends when so many clients that were kept waiting have closed their connection.</summary>
    public Task WaitForHangUpsAsync(int count) => _hangUps.WaitForAsync(count);

    /// <summary>Closes the port: from now on connections are refused.</summary>
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

        _hangUps.Add();
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
            // Stopped.
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
            // The client, or the test, has had enough.
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
