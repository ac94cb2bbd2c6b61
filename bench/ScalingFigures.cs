using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Threading;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// Compares warm requests on two threads with one thread. Three more measurements show why two threads are less than twice as fast.
/// Pipelines that share nothing show the cost of this library's locks. Loops of the same time and allocations show the cost of Mono's
/// garbage collector. A second process, whose collector stops the threads less often, shows the effect of a larger nursery.
/// </summary>
internal static class ScalingFigures
{
    private const int Requests = 20_000;
    private const string GarbageCollector = "MONO_GC_PARAMS";

    // docs/deployment.md recommends this for a server under Mono. The server garbage collector of .NET Framework uses such sizes by
    // default.
    private const string LargeNursery = "nursery-size=64m";

    public static Figure[] Measure(CognitoTestPool pool, string[] tokens, bool quick)
    {
        var (warm, apart, loop) = Measure(pool, tokens, Rounds(quick));
        var (serverWarm, serverApart) = MeasureInChild(quick);
        return
        [
            new("warm_scaling", warm, "warm requests per second on 2 threads, divided by 1 thread"),
            new("apart_scaling", apart, "the same if the second thread has its own pipeline, pool and tokens"),
            new("loop_scaling", loop, "the same for loops that take as long and allocate as much"),
            new("warm_vs_loop_scaling", warm / loop, "`warm_scaling` divided by `loop_scaling`", atLeast: 0.97),
            new("server_apart_scaling", serverApart, $"`apart_scaling` with `{GarbageCollector}={LargeNursery}`"),
            new("server_scaling", serverWarm, $"`warm_scaling` with `{GarbageCollector}={LargeNursery}`; Mono's default is 4m", atLeast: 1.8),
        ];
    }

    /// <summary>Runs in the second process: measures and prints <c>warm_scaling</c> and <c>apart_scaling</c>.</summary>
    public static int RunChild(string[] args)
    {
        using var pool = new CognitoTestPool();
        var quick = new Arguments(args, "--quick").Has("--quick");
        var (warm, apart, _) = Measure(pool, SampleTokens.Create(pool, quick ? 40 : 200), Rounds(quick));
        Console.WriteLine($"{warm.ToString("R", CultureInfo.InvariantCulture)} {apart.ToString("R", CultureInfo.InvariantCulture)}");
        return 0;
    }

    private static int Rounds(bool quick) => quick ? 5 : 25;

    private static (double Warm, double Apart) MeasureInChild(bool quick)
    {
        using var child = Process.Start(new ProcessStartInfo("mono", $"\"{Assembly.GetExecutingAssembly().Location}\" scaling{(quick ? " --quick" : "")}")
        {
            EnvironmentVariables = { [GarbageCollector] = LargeNursery },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        double[] scaling = [.. child.StandardOutput.ReadToEnd().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN)];
        child.WaitForExit();
        return scaling.Length == 2 ? (scaling[0], scaling[1]) : (double.NaN, double.NaN);
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
