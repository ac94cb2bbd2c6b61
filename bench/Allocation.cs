using System;
using System.Linq;

namespace CognitoOwin.Bench;

/// <summary>Measures how many bytes the calling thread allocates.</summary>
internal static class Allocation
{
    // The reference assembly of net472 does not have this method, but .NET Framework 4.8 and Mono do.
    private static readonly Func<long>? Counter =
        typeof(GC).GetMethod("GetAllocatedBytesForCurrentThread") is { } method
            ? (Func<long>)Delegate.CreateDelegate(typeof(Func<long>), method)
            : null;

    /// <summary>Measures the median of a few calls. Returns NaN if the runtime cannot count allocations.</summary>
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
