using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Threading;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// Warm requests on two threads. What keeps them from twice as many as one thread is told by what is measured beside them: pipelines
/// that share nothing, for what is ours; loops that take as long and allocate as much, for what Mono's collector alone costs;
/// and the same in a second process, whose collector has to stop the threads less often.
/// </summary>
internal static class ScalingFigures
{
    private const int Requests = 20_000;
    private const string GarbageCollector = "MONO_GC_PARAMS";

    // What docs/deployment.md tells a server under Mono to have; .NET Framework's collector for servers takes such sizes by itself.
    private const string LargeNursery = "nursery-size=64m";

    public static Figure[] Measure(CognitoTestPool pool, string[] tokens, bool quick)
    {
        var (warm, apart, loop) = Measure(pool, tokens, Rounds(quick));
        return
        [
            new("warm_scaling", warm, "warm requests a second on 2 threads over 1", atLeast: 1.7),
            new("apart_scaling", apart, "the same, the second thread with a pipeline, pool and tokens of its own"),
            new("loop_scaling", loop, "the same of bare loops that take as long and allocate as much"),
            new("server_scaling", MeasureInChild(quick), $"`warm_scaling` with `{GarbageCollector}={LargeNursery}`; Mono's default is 4m", atLeast: 1.7),
        ];
    }

    /// <summary>What the second process does: it prints its <c>warm_scaling</c>.</summary>
    public static int RunChild(string[] args)
    {
        using var pool = new CognitoTestPool();
        var quick = new Arguments(args, "--quick").Has("--quick");
        var (warm, _, _) = Measure(pool, SampleTokens.Create(pool, quick ? 40 : 200), Rounds(quick));
        Console.WriteLine(warm.ToString("R", CultureInfo.InvariantCulture));
        return 0;
    }

    private static int Rounds(bool quick) => quick ? 5 : 25;

    private static double MeasureInChild(bool quick)
    {
        using var child = Process.Start(new ProcessStartInfo("mono", $"\"{Assembly.GetExecutingAssembly().Location}\" scaling{(quick ? " --quick" : "")}")
        {
            EnvironmentVariables = { [GarbageCollector] = LargeNursery },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return double.TryParse(output, NumberStyles.Float, CultureInfo.InvariantCulture, out var scaling) ? scaling : double.NaN;
    }

    private static (double Warm, double Apart, double Loop) Measure(CognitoTestPool pool, string[] tokens, int rounds)
    {
        using var warm = Pipeline.Ours(pool);
        var headers = SampleTokens.Headers(tokens);
        void SendAll() => warm.SendAccepted(headers, Requests);
        SendAll();
        using var otherPool = new CognitoTestPool();
        using var other = Pipeline.Ours(otherPool);
        var otherHeaders = SampleTokens.Headers(SampleTokens.Create(otherPool, tokens.Length));
        void SendOthers() => other.SendAccepted(otherHeaders, Requests);
        SendOthers();
        var bytes = Allocation.PerCall(SendAll) / Requests;
        var spins = Busywork.SpinsFor(TimeOf(SendAll) - TimeOf(() => Busywork.Run(Requests, bytes, 0)), Requests);
        void RunAll() => Busywork.Run(Requests, bytes, spins);
        var contest = new Contest();
        contest.Add("one", 1, () => () => OnThreads(SendAll));
        contest.Add("two", 2, () => () => OnThreads(SendAll, SendAll));
        contest.Add("two apart", 2, () => () => OnThreads(SendAll, SendOthers));
        contest.Add("one loop", 1, () => () => OnThreads(RunAll));
        contest.Add("two loops", 2, () => () => OnThreads(RunAll, RunAll));
        contest.Run(rounds);
        return (contest.Ratio("one", "two"), contest.Ratio("one", "two apart"), contest.Ratio("one loop", "two loops"));
    }

    private static TimeSpan TimeOf(Action action)
    {
        var times = Enumerable.Range(0, 5).Select(_ =>
        {
            var clock = Stopwatch.StartNew();
            action();
            return clock.Elapsed.TotalMilliseconds;
        });
        return TimeSpan.FromMilliseconds(Contest.Median(times));
    }

    private static void OnThreads(params Action[] works)
    {
        var threads = works.Select(work => new Thread(() => work())).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }
}
