using System;
using System.Diagnostics;
using System.Linq;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// Sends only cold or only warm requests for a while, so that a profiler can measure them:
/// <c>mono --profile=log:calls=no,sample-real bench/bin/Release/net472/bench.exe profile cold</c>.
/// </summary>
internal static class ProfileCommand
{
    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "--seconds", "--threads");
        var end = TimeSpan.FromSeconds(arguments.Number("--seconds", 10));
        var threads = (int)arguments.Number("--threads", 1);
        using var pool = new CognitoTestPool();
        var headers = SampleTokens.Headers(SampleTokens.Create(pool, 40));
        var warm = args.Contains("warm", StringComparer.Ordinal);
        using var same = Pipeline.Ours(pool);
        var clock = Stopwatch.StartNew();
        var counts = Enumerable.Range(0, threads).AsParallel().WithDegreeOfParallelism(threads).Select(_ =>
        {
            var count = 0;
            while (clock.Elapsed < end)
            {
                using var fresh = warm ? null : Pipeline.Ours(pool);
                foreach (var header in headers)
                {
                    (fresh ?? same).SendAccepted(header);
                }

                count += headers.Length;
            }

            return count;
        }).ToList();

        var all = counts.Sum();
        Console.WriteLine($"{all} requests, {Figure.Text(clock.Elapsed.TotalMilliseconds * 1000 * threads / all)} µs each");
        return 0;
    }
}
