using System;
using System.Diagnostics;
using System.Text.Json;

namespace CognitoOwin.Bench;

/// <summary>What <c>e2e/load.mjs</c> measures: the sample application under System.Web, behind nginx, called by wrk.</summary>
internal static class HttpFigures
{
    public static Figure[] Measure(bool quick)
    {
        using var node = Process.Start(new ProcessStartInfo("node", "load.mjs" + (quick ? " --quick" : ""))
        {
            WorkingDirectory = Repository.PathOf("e2e"),
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        double Value(string name)
        {
            try
            {
                return node.ExitCode == 0 ? JsonDocument.Parse(output).RootElement.GetProperty(name).GetDouble() : double.NaN;
            }
            catch (JsonException)
            {
                return double.NaN;
            }
        }

        return
        [
            new("http_anonymous_rps", Value("anonymous"), "requests a second through nginx, no token"),
            new("http_warm_rps", Value("warm"), "the same action with a warm token"),
            new("http_warm_vs_anonymous", Value("ratio"), "the one over the other", atLeast: 0.95),
        ];
    }
}
