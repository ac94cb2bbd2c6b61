using System;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Tells the operator about failures of the application's handler: at most ten lines per minute, and a stack once a minute for each type of
/// exception, so that a database that is down for an hour does not fill the log.
/// </summary>
/// <param name="maximumPending">How many requests may wait.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed class ProvisioningReporter(int maximumPending, TimeProvider time, CognitoLog log)
{
    private const int MaximumLinesPerInterval = 10;

    private readonly RepeatedFailures _failures = new(time);
    private readonly RepeatedFailures _excess = new(time);

    // Guards the fields below.
    private readonly object _gate = new();
    private long _intervalStarted;
    private int _lines;

    /// <summary>Reports a run of the handler that failed.</summary>
    /// <param name="exception">The exception of the handler, or the reason why the run was ended.</param>
    /// <returns>The outcome of the run.</returns>
    public ProvisioningOutcome ReportFailure(Exception exception)
    {
        var isFirst = _failures.Add(exception.GetType(), out var failures);
        if (TryTakeLine() || isFirst)
        {
            _failures.MarkLogged();
            log.ProvisioningFailed(exception, isFirst, failures);
        }

        return ProvisioningOutcome.Fail(exception, isFirst);
    }

    /// <summary>Reports a run of the handler that did not fail.</summary>
    public void ReportSuccess()
    {
        if (_failures.Reset() is > 0 and var failures)
        {
            log.ProvisioningRecovered(failures);
        }
    }

    /// <summary>Reports a request that must not wait, because too many wait already.</summary>
    /// <returns>The outcome for the request.</returns>
    public ProvisioningOutcome ReportExcess()
    {
        if (_excess.Add(maximumPending, out _))
        {
            log.ProvisioningRefused(maximumPending, _excess.Reset());
        }

        return ProvisioningOutcome.Fail();
    }

    private bool TryTakeLine()
    {
        lock (_gate)
        {
            if (_lines == 0 || time.GetElapsedTime(_intervalStarted) >= RepeatedFailures.Interval)
            {
                _intervalStarted = time.GetTimestamp();
                _lines = 0;
            }

            return ++_lines <= MaximumLinesPerInterval;
        }
    }
}
