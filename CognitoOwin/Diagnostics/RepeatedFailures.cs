using System;
using System.Collections.Generic;

namespace CognitoOwin.Diagnostics;

/// <summary>
/// Counts failures that repeat, and chooses those to log in full: one of each kind per minute, so that an outage of an hour does not
/// fill the log. Many threads may use it.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class RepeatedFailures(TimeProvider time)
{
    /// <summary>How often a failure of one kind is logged in full.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private const int MaximumKinds = 100;

    // Guards itself and the count.
    private readonly Dictionary<object, long> _logged = [];
    private int _count;

    /// <summary>Adds a failure.</summary>
    /// <param name="kind">The kind, such as the type of an exception. No client may choose it.</param>
    /// <param name="count">The failures since <see cref="Reset"/>, this one included.</param>
    /// <returns><see langword="true"/> if none of its kind was logged in full within the last minute; otherwise, <see langword="false"/>.</returns>
    public bool Add(object kind, out int count)
    {
        lock (_logged)
        {
            count = ++_count;
            if (_logged.TryGetValue(kind, out var last) && time.GetElapsedTime(last) < Interval)
            {
                return false;
            }

            if (_logged.Count >= MaximumKinds)
            {
                _logged.Clear();
            }

            _logged[kind] = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Ends the failures.</summary>
    /// <returns>How many there were since the last call.</returns>
    public int Reset()
    {
        lock (_logged)
        {
            var count = _count;
            _count = 0;
            return count;
        }
    }
}
