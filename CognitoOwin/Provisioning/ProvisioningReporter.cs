using System;
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
    private readonly RepeatedFailures _failures = new(time);
    private readonly RepeatedFailures _excess = new(time);

    /// <summary>Reports a run of the handler that failed.</summary>
    /// <param name="exception">The exception of the handler, or the reason why the run was ended.</param>
    /// <returns>The outcome of the run.</returns>
    public ProvisioningOutcome ReportFailure(Exception exception)
    {
        var isFirst = _failures.Add(exception.GetType(), out var failures);
        log.ProvisioningFailed(exception, isFirst, failures);
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
}
