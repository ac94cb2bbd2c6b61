using System;
using System.Diagnostics;

namespace CognitoOwin.Bench;

/// <summary>Work that needs nothing but a processor and memory of its own.</summary>
internal static class Busywork
{
    // About what a claim takes.
    private const int ObjectSize = 104;
    private const int ArrayHeader = 32;

    /// <summary>How many spins for each operation take this time in all.</summary>
    public static int SpinsFor(TimeSpan time, int operations)
    {
        const int Sample = 50_000_000;
        Spin(Sample);
        var clock = Stopwatch.StartNew();
        Spin(Sample);
        return (int)Math.Max(0, time.Ticks / (double)clock.Elapsed.Ticks * Sample / operations);
    }

    public static void Run(int operations, double bytes, int spins)
    {
        var kept = new byte[(int)(bytes / ObjectSize)][];
        for (var i = 0; i < operations; i++)
        {
            for (var j = 0; j < kept.Length; j++)
            {
                kept[j] = new byte[ObjectSize - ArrayHeader];
            }

            Spin(spins);
        }

        GC.KeepAlive(kept);
    }

    private static void Spin(int spins)
    {
        var x = 1L;
        for (var i = 0; i < spins; i++)
        {
            x = (x * 6364136223846793005L) + 1442695040888963407L;
        }

        GC.KeepAlive(x);
    }
}
