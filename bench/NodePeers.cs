using System;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>Runs <c>bench/node/peers.mjs</c>, which validates the same tokens with the validators of Node.</summary>
internal sealed class NodePeers : IDisposable
{
    private readonly Process _process;

    public NodePeers(CognitoTestPool pool, string[] tokens)
    {
        _process = Process.Start(new ProcessStartInfo("node", "peers.mjs")
        {
            WorkingDirectory = Repository.PathOf("bench/node"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(new
        {
            userPoolId = pool.UserPool.UserPoolId,
            clientId = pool.ClientId,
            issuer = pool.Issuer,
            jwks = JsonDocument.Parse(pool.Jwks).RootElement,
            tokens,
        }));
    }

    /// <summary>Validates all tokens once.</summary>
    /// <param name="validator"><c>aws-jwt-verify</c> or <c>fast-jwt</c>.</param>
    /// <returns>The time per token in microseconds.</returns>
    public double Measure(string validator)
    {
        _process.StandardInput.WriteLine(validator);
        _process.StandardInput.Flush();
        return double.Parse(
            _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("bench/node/peers.mjs ended; see its error above."),
            CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
