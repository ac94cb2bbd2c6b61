using System;
using CognitoOwin.Keys;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Counts the calls to one user pool. While the pool answers nobody, one renewal at a time finds out whether the outage is over, and
/// requests with an answer that is still usable do not wait for it.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="pause">How long no renewal starts after a call that ended in an outage.</param>
internal sealed class UserInfoPool(TimeProvider time, TimeSpan pause)
{
    private readonly object _gate = new();
    private int _running;
    private bool _isOut;
    private long _pausedUntil = long.MinValue;

    /// <summary>Notes the start of a call for a token that has no usable answer.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _running++;
        }
    }

    /// <summary>Notes the start of a call for a token that has a usable answer, unless there is an outage.</summary>
    /// <returns><see langword="true"/> if the call may start; otherwise, <see langword="false"/>.</returns>
    public bool TryBegin()
    {
        lock (_gate)
        {
            if (_isOut && (_running > 0 || time.GetTimestamp() < _pausedUntil))
            {
                return false;
            }

            _running++;
            return true;
        }
    }

    /// <summary>Notes the end of a call.</summary>
    /// <param name="isOutage">Whether the pool answers nobody.</param>
    public void End(bool isOutage)
    {
        lock (_gate)
        {
            _running--;
            _isOut = isOutage;
            if (isOutage)
            {
                _pausedUntil = time.GetTimestamp() + time.ToTimestampUnits(pause);
            }
        }
    }
}
