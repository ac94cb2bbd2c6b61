using System;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;

namespace CognitoOwin.Bench;

/// <summary>Runs <c>e2e/load.mjs</c>, which measures with wrk the sample application under System.Web, behind nginx.</summary>
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
        var measured = Parse(node.ExitCode == 0 ? output : "{}");
        double Value(params string[] path)
        {
            var value = measured;
            return path.All(name => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out value)) ? value.GetDouble() : double.NaN;
        }

        return
        [
            new("http_anonymous_rps", Value("anonymous"), "requests per second through nginx, without a token"),
            new("http_warm_rps", Value("warm"), "the same action with a warm token"),
            new("http_warm_vs_anonymous", Value("ratios", "warm"), "`http_warm_rps` divided by `http_anonymous_rps`"),
            new("http_one_claim_vs_anonymous", Value("ratios", "oneClaim"), "the same ratio for three lines of code that accept every token without validation, as a user with one claim"),
            new("http_warm_vs_one_claim", Value("ratios", "warm") / Value("ratios", "oneClaim"), "`http_warm_vs_anonymous` divided by `http_one_claim_vs_anonymous`", atLeast: 1.0),
            new("http_katana_vs_anonymous", Value("ratios", "katana"), "the same ratio for Katana's `UseJwtBearerAuthentication`"),
        ];
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
