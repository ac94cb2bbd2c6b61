using System;
using System.Collections.Generic;
using CognitoOwin.Keys;

namespace CognitoOwin.Validation;

/// <summary>
/// Limits how many look-ups of user pools start in a time, so that invented pool ids do not flood the application's database. A
/// look-up that finds a pool does not count: an application with many pools needs one for each after its start.
/// </summary>
/// <param name="interval">The time.</param>
/// <param name="time">The clock.</param>
internal sealed class PoolLookupLimit(TimeSpan interval, TimeProvider time)
{
    private const int MaximumStarts = 100;

    private readonly long _interval = time.ToTimestampUnits(interval);

    // Timestamps of the clock, oldest first.
    private readonly List<long> _starts = [];

    /// <summary>Counts the start of a look-up, if the limit allows it.</summary>
    /// <param name="start">The time of the start, as a timestamp of the clock.</param>
    /// <param name="retryAfter">The time until the limit allows a start, if it does not now.</param>
    /// <returns><see langword="true"/> if the look-up may start; otherwise, <see langword="false"/>.</returns>
    public bool TryStart(out long start, out TimeSpan retryAfter)
    {
        start = time.GetTimestamp();
        var earliest = start - _interval;
        _starts.RemoveAll(other => other <= earliest);
        retryAfter = TimeSpan.Zero;
        if (_starts.Count == MaximumStarts)
        {
            retryAfter = time.GetElapsedTime(earliest, _starts[0]);
            return false;
        }

        _starts.Add(start);
        return true;
    }

    /// <summary>Stops counting a look-up, because it found a pool.</summary>
    /// <param name="start">The time of its start.</param>
    public void Forget(long start) => _starts.Remove(start);
}
