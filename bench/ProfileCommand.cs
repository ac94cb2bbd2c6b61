using System;
using System.Diagnostics;
using System.Linq;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// Nothing but cold, or warm, requests for a while, for a profiler to look at:
/// <c>mono --profile=log:calls=no,sample-real bench/bin/Release/net472/bench.exe profile cold</c>.
/// </summary>
internal static class ProfileCommand
{
    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "--seconds");
        var end = TimeSpan.FromSeconds(arguments.Number("--seconds", 10));
        using var pool = new CognitoTestPool();
        var headers = SampleTokens.Headers(SampleTokens.Create(pool, 40));
        var warm = args.Contains("warm", StringComparer.Ordinal);
        var count = 0;
        var clock = Stopwatch.StartNew();
        using var same = Pipeline.Ours(pool);
        while (clock.Elapsed < end)
        {
            if (warm)
            {
                foreach (var header in headers)
                {
                    same.SendAccepted(header);
                }
            }
            else
            {
                using var fresh = Pipeline.Ours(pool);
                foreach (var header in headers)
                {
                    fresh.SendAccepted(header);
                }
            }

            count += headers.Length;
        }

        Console.WriteLine($"{count} requests, {Figure.Text(clock.Elapsed.TotalMilliseconds * 1000 / count)} µs each");
        return 0;
    }
}
