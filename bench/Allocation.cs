using System;
using System.Linq;

namespace CognitoOwin.Bench;

/// <summary>How many bytes the calling thread allocates.</summary>
internal static class Allocation
{
    // Not in the surface of net472; there at run time, in .NET Framework 4.8 and in Mono.
    private static readonly Func<long>? Counter =
        typeof(GC).GetMethod("GetAllocatedBytesForCurrentThread") is { } method
            ? (Func<long>)Delegate.CreateDelegate(typeof(Func<long>), method)
            : null;

    /// <summary>The median over a few calls; not a number where this runtime does not count.</summary>
    public static double PerCall(Action action)
    {
        if (Counter == null)
        {
            return double.NaN;
        }

        return Contest.Median(Enumerable.Range(0, 5).Select(_ =>
        {
            var before = Counter();
            action();
            return (double)(Counter() - before);
        }));
    }
}
