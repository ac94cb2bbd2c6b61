using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

namespace CognitoOwin.Bench;

/// <summary>
/// Compares operations on a machine that also does other work. In every round, each operation is measured once, after a garbage
/// collection. Each round starts with another operation. The result is the median of the rounds.
/// </summary>
internal sealed class Contest
{
    private readonly List<(string Name, Func<double> Measure)> _contenders = [];
    private readonly Dictionary<string, List<double>> _times = new(StringComparer.Ordinal);

    /// <param name="name">The name in the results.</param>
    /// <param name="operations">The number of operations in one measurement.</param>
    /// <param name="prepare">Prepares a measurement, without being measured, and returns the work to measure.</param>
    public void Add(string name, int operations, Func<Action> prepare) => Add(name, () =>
    {
        var turn = prepare();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var clock = Stopwatch.StartNew();
        turn();
        clock.Stop();
        return clock.Elapsed.TotalMilliseconds * 1000 / operations;
    });

    /// <summary>Adds an operation that measures itself, for example in another process.</summary>
    /// <param name="name">The name in the results.</param>
    /// <param name="measure">Runs the operation and returns its time in microseconds.</param>
    public void Add(string name, Func<double> measure)
    {
        _contenders.Add((name, measure));
        _times.Add(name, []);
    }

    public void Run(int rounds)
    {
        const int WarmUp = 2;
        for (var round = -WarmUp; round < rounds; round++)
        {
            for (var i = 0; i < _contenders.Count; i++)
            {
                var (name, measure) = _contenders[(i + round + WarmUp) % _contenders.Count];
                var time = measure();
                if (round >= 0)
                {
                    _times[name].Add(time);
                }
            }

            Console.Error.Write(round < 0 ? "w" : ".");
        }

        Console.Error.WriteLine();
    }

    /// <summary>Gets the median time of an operation in microseconds.</summary>
    public double Time(string name) => Median(_times[name]);

    /// <summary>Gets the median of the rounds for the time of <paramref name="over"/> divided by the time of <paramref name="under"/>.</summary>
    public double Ratio(string over, string under) => Median(_times[over].Zip(_times[under], (a, b) => a / b));

    /// <summary>Gets the median of the rounds for the time of <paramref name="longer"/> minus the time of <paramref name="shorter"/>.</summary>
    public double Difference(string longer, string shorter) => Median(_times[longer].Zip(_times[shorter], (a, b) => a - b));

    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    public static double Percentile(IEnumerable<double> values, double fraction)
    {
        double[] sorted = [.. values.OrderBy(value => value)];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * fraction))];
    }
}
