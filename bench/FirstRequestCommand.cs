using System;
using System.Collections.Generic;
using System.Configuration;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Threading;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// Measures the start of an application and its first request, each time in a new process, because a process does both only once.
/// </summary>
internal static class FirstRequestCommand
{
    // With this, the first request comes when the start has been over for a while, as it usually does.
    private const string Rested = "rested";

    private static readonly string[] Kinds = ["empty", "ours", "ours " + Rested, "katana"];

    public static int Run(string[] args)
    {
        if (args.Length > 0 && args[0] == "child")
        {
            return RunChild(args[1]);
        }

        var arguments = new Arguments(args, "--quick", "--update-docs");
        using var pool = new CognitoTestPool();
        string[] tokens = SampleTokens.Create(pool, 2);
        string[] input = [pool.UserPool.UserPoolId!, pool.Jwks, .. tokens];
        var measured = Kinds.ToDictionary(kind => kind, _ => new List<double[]>(), StringComparer.Ordinal);
        for (var round = 0; round < (arguments.Has("--quick") ? 3 : 15); round++)
        {
            foreach (var kind in Kinds)
            {
                measured[kind].Add(MeasureChild(kind, input));
            }
        }

        double Median(string kind, int column) => Contest.Median(measured[kind].Select(times => times[column]));
        return FigureTable.Report(
            [
                new(Runtime.Prefix + "start_ms", Median("ours", 0) - Median("empty", 0), "what `UseCognitoJwt` adds to the start of a pipeline, ms"),
                new(Runtime.Prefix + "first_empty_ms", Median("empty", 1), "the first request of an empty pipeline, ms"),
                new(Runtime.Prefix + "first_ms", Median("ours", 1), "the first request if it comes at once, its fetch of the keys without a network included, ms"),
                new(Runtime.Prefix + "first_rested_ms", Median("ours " + Rested, 1), "the first request if it comes later, ms"),
                new(Runtime.Prefix + "second_ms", Median("ours", 2), "the second request, with another token, ms"),
                new(Runtime.Prefix + "first_katana_ms", Median("katana", 1), "the first request with Katana's `UseJwtBearerAuthentication`, ms"),
            ],
            Runtime.Prefix + "first",
            arguments.Has("--update-docs"));
    }

    private static double[] MeasureChild(string kind, string[] input)
    {
        var program = Assembly.GetExecutingAssembly().Location;
        using var child = Process.Start(new ProcessStartInfo(Runtime.Launcher, $"\"{program}\" first child \"{kind}\"")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        foreach (var line in input)
        {
            child.StandardInput.WriteLine(line.Replace("\n", ""));
        }

        child.StandardInput.Close();
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return [.. output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
    }

    private static int RunChild(string kind)
    {
        var (userPoolId, jwks) = (Console.ReadLine(), Console.ReadLine());
        string[] headers = ["Bearer " + Console.ReadLine(), "Bearer " + Console.ReadLine()];

        // ASP.NET and Web API have used these before they call the startup class.
        Require.Accepted(ConfigurationManager.AppSettings["absent"] == null && Regex.IsMatch("api/me", "^[a-z/]+$"));
        var clock = Stopwatch.StartNew();
        using var pipeline = Start(kind, userPoolId, jwks);
        var start = clock.Elapsed;
        if (kind.EndsWith(Rested, StringComparison.Ordinal))
        {
            Thread.Sleep(3000);
        }

        var times = headers.Select(header =>
        {
            clock.Restart();
            var status = pipeline.SendAsync(header).GetAwaiter().GetResult();
            Require.Accepted(status == (kind == "empty" ? 401 : 200));
            return clock.Elapsed;
        });
        Console.WriteLine(string.Join(" ", times.Prepend(start).Select(time => time.TotalMilliseconds.ToString("R", CultureInfo.InvariantCulture))));
        return 0;
    }

    private static Pipeline Start(string kind, string userPoolId, string jwks)
    {
        if (kind == "empty")
        {
            return Pipeline.Empty();
        }

        var userPool = new CognitoUserPool(userPoolId, "1example23456789");
        var handler = new JwksText(jwks);
        return kind == "katana"
            ? Pipeline.Katana(userPool, handler)
            : Pipeline.Ours(options =>
            {
                options.UserPools = [userPool];
                options.Keys.HttpMessageHandler = handler;
            });
    }
}
