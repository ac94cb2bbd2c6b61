using System;
using System.Diagnostics;

namespace CognitoOwin.Bench;

/// <summary>Work that uses only the processor and its own memory.</summary>
internal static class Busywork
{
    // About the size of a claim.
    private const int ObjectSize = 104;
    private const int ArrayHeader = 32;

    /// <summary>Computes the number of spins per operation so that all operations together take this time.</summary>
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
