using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using StackExchange.Redis;

namespace CognitoOwin.Tests.Revocations;

/// <summary>A redis-server on a free loopback port, without files. It ends with this object.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly int _port;
    private Process? _process;
    private ConnectionMultiplexer? _connection;

    private RedisServer(int port) => _port = port;

    public string Configuration => $"127.0.0.1:{_port}";

    /// <summary>Starts a server, or ends the test as inconclusive if the machine has none: Windows has none.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        if (Find() == null)
        {
            Assert.Inconclusive("This test needs redis-server; eng/prepare.sh installs it.");
        }

        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = new RedisServer(((IPEndPoint)listener.LocalEndpoint).Port);
        listener.Stop();
        try
        {
            await server.RestartAsync();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Starts the server again, without its data.</summary>
    public async Task RestartAsync()
    {
        Kill();
        _process = Process.Start(new ProcessStartInfo(Find()!, $"--bind 127.0.0.1 --port {_port} --save \"\" --appendonly no --dir /tmp")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        var limit = Stopwatch.StartNew();
        while (!await AcceptsAsync())
        {
            Assert.IsTrue(!_process.HasExited && limit.Elapsed < TimeSpan.FromSeconds(30), "redis-server has not started.");
            await Task.Delay(10);
        }
    }

    public async Task<ConnectionMultiplexer> OpenAsync() => await ConnectionMultiplexer.ConnectAsync(
        new ConfigurationOptions { EndPoints = { Configuration }, AllowAdmin = true });

    /// <summary>Runs a command that no server of a farm runs.</summary>
    public async Task<RedisResult> ExecuteAsync(params string[] command)
    {
        _connection ??= await OpenAsync();
        return await _connection.GetDatabase().ExecuteAsync(command[0], [.. command.Skip(1)]);
    }

    public void Kill()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        _connection?.Dispose();
        Kill();
    }

    private async Task<bool> AcceptsAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(["/usr/bin", "/usr/local/bin"])
            .Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);
}
