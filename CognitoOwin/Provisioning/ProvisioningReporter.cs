using System;
using System.Collections.Generic;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Tells the operator about failures of the application's handler. A stack is logged once a minute for each type of exception, so
/// that a database that is down for an hour does not fill the log.
/// </summary>
/// <param name="maximumPending">How many requests may wait.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed class ProvisioningReporter(int maximumPending, TimeProvider time, CognitoLog log)
{
    private static readonly TimeSpan RepeatInterval = TimeSpan.FromMinutes(1);

    // Guarded by itself, as the other fields are.
    private readonly Dictionary<Type, long> _reported = [];
    private int _failures;
    private int _excess;
    private long? _excessReported;

    /// <summary>Reports a run of the handler that failed.</summary>
    /// <param name="exception">The exception of the handler, or the reason why the run was ended.</param>
    /// <returns>The outcome of the run.</returns>
    public ProvisioningOutcome ReportFailure(Exception exception)
    {
        int failures;
        bool isFirst;
        lock (_reported)
        {
            failures = ++_failures;
            isFirst = !_reported.TryGetValue(exception.GetType(), out var last) || time.GetElapsedTime(last) >= RepeatInterval;
            if (isFirst)
            {
                _reported[exception.GetType()] = time.GetTimestamp();
            }
        }

        log.ProvisioningFailed(exception, isFirst, failures);
        return ProvisioningOutcome.Fail(exception, isFirst);
    }

    /// <summary>Reports a run of the handler that did not fail.</summary>
    public void ReportSuccess()
    {
        int failures;
        lock (_reported)
        {
            failures = _failures;
            _failures = 0;
        }

        if (failures > 0)
        {
            log.ProvisioningRecovered(failures);
        }
    }

    /// <summary>Reports a request that must not wait, because too many wait already.</summary>
    /// <returns>The outcome for the request.</returns>
    public ProvisioningOutcome ReportExcess()
    {
        var excess = 0;
        lock (_reported)
        {
            _excess++;
            if (_excessReported is not { } last || time.GetElapsedTime(last) >= RepeatInterval)
            {
                _excessReported = time.GetTimestamp();
                excess = _excess;
                _excess = 0;
            }
        }

        if (excess > 0)
        {
            log.ProvisioningRefused(maximumPending, excess);
        }

        return ProvisioningOutcome.Fail();
    }
}
