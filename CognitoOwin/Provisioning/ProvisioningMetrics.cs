using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Provisioning;

/// <summary>Measures the runs of the application's handler, and the reading of profiles.</summary>
internal static class ProvisioningMetrics
{
    private static readonly InstrumentAdvice<double> Boundaries = new()
    {
        // The boundaries of http.client.request.duration, up to a minute.
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60],
    };

    private static readonly Histogram<double> Runs = CognitoMeter.Instance.CreateHistogram(
        InstrumentNames.ProvisioningDuration,
        unit: "s",
        description: "Duration of the runs of the provisioning handler; those that failed have error.type.",
        tags: null,
        advice: Boundaries);

    private static readonly Histogram<double> Profiles = CognitoMeter.Instance.CreateHistogram(
        InstrumentNames.UserInfoDuration,
        unit: "s",
        description: "Duration of the requests for profiles (UserInfo); those that failed have error.type.",
        tags: null,
        advice: Boundaries);

    private static readonly ObservedObjects<UserProvisioner> Provisioners = new();

    static ProvisioningMetrics() => CognitoMeter.Instance.CreateObservableUpDownCounter(
        InstrumentNames.ProvisioningPending,
        static () => Provisioners.GetAll().Sum(static provisioner => (long)provisioner.Pending),
        unit: "{request}",
        description: "Requests that wait for the provisioning handler or a profile, and runs that took longer than ProvisioningTimeout.");

    public static void Observe(UserProvisioner provisioner) => Provisioners.Add(provisioner);

    /// <param name="duration">How long the handler ran.</param>
    /// <param name="exception">Its exception; null if it did not fail.</param>
    public static void RecordRun(TimeSpan duration, Exception? exception) => Record(Runs, duration, exception?.GetType().FullName);

    /// <param name="duration">How long the request took.</param>
    /// <param name="error">Why it failed; null if it did not fail.</param>
    public static void RecordProfile(TimeSpan duration, string? error) => Record(Profiles, duration, error);

    private static void Record(Histogram<double> histogram, TimeSpan duration, string? error)
    {
        if (error == null)
        {
            histogram.Record(duration.TotalSeconds);
        }
        else
        {
            histogram.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(InstrumentNames.ErrorTypeTag, error));
        }
    }
}
