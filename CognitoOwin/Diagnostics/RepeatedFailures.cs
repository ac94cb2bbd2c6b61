using System;
using System.Collections.Generic;

namespace CognitoOwin.Diagnostics;

/// <summary>
/// Counts failures that repeat, and chooses those to log in full: one of each kind per minute. It also chooses the ends to log: only
/// after a failure that was logged. So neither an outage of an hour fills the log, nor work that fails at every other call. Many threads
/// may use it.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class RepeatedFailures(TimeProvider time)
{
    /// <summary>How often a failure of one kind is logged in full.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private const int MaximumKinds = 100;

    // Guards itself and the other fields.
    private readonly Dictionary<object, long> _logged = [];
    private int _sinceSuccess;
    private int _sinceEnd;
    private bool _isLogged;

    /// <summary>Adds a failure.</summary>
    /// <param name="kind">The kind, such as the type of an exception. No client may choose it.</param>
    /// <param name="count">The failures since the last success, this one included.</param>
    /// <returns><see langword="true"/> if none of its kind was logged in full within the last minute; otherwise, <see langword="false"/>.</returns>
    public bool Add(object kind, out int count)
    {
        lock (_logged)
        {
            _sinceEnd++;
            count = ++_sinceSuccess;
            if (_logged.TryGetValue(kind, out var last) && time.GetElapsedTime(last) < Interval)
            {
                return false;
            }

            if (_logged.Count >= MaximumKinds)
            {
                _logged.Clear();
            }

            _logged[kind] = time.GetTimestamp();
            _isLogged = true;
            return true;
        }
    }

    /// <summary>Notes that a failure is logged, although not in full.</summary>
    public void MarkLogged()
    {
        lock (_logged)
        {
            _isLogged = true;
        }
    }

    /// <summary>Ends the failures.</summary>
    /// <returns>How many there were since the last end that was logged; 0 if this end is not to be logged, because no failure was.</returns>
    public int Reset()
    {
        lock (_logged)
        {
            _sinceSuccess = 0;
            if (!_isLogged)
            {
                return 0;
            }

            var count = _sinceEnd;
            _sinceEnd = 0;
            _isLogged = false;
            return count;
        }
    }
}
