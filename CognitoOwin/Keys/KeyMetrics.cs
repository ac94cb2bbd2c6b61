using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Linq;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Keys;

/// <summary>Measures the keys of one user pool, or of all resolved ones. It allocates nothing per lookup or fetch while nobody listens.</summary>
internal sealed class KeyMetrics
{
    private static readonly Histogram<double> FetchDuration = CognitoMeter.Instance.CreateHistogram(
        InstrumentNames.JwksFetchDuration,
        unit: "s",
        description: "Duration of the fetches of the user pool's keys; those that failed have error.type.",
        tags: null,
        advice: new InstrumentAdvice<double>
        {
            // The boundaries of http.client.request.duration, up to the longest FetchTimeout.
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60],
        });

    private static readonly Counter<long> RefusedLookups = CognitoMeter.Instance.CreateCounter<long>(
        InstrumentNames.JwksLookupRefused,
        unit: "{lookup}",
        description: "Lookups of unknown keys that were refused without a fetch, because the last fetch was too recent; "
            + "cognito_owin.lookup.result tells whether the answer was 401 or 503, and why.");

    private static readonly ObservedObjects<KeyMetrics> Pools = new();

    private readonly KeyValuePair<string, object?> _userPool;
    private PoolKeyStores? _stores;

    static KeyMetrics()
    {
        CognitoMeter.Instance.CreateObservableUpDownCounter(
            InstrumentNames.JwksKeys,
            static () => Observe(static latest => (long)latest.Count),
            unit: "{key}",
            description: "Public keys of the user pool that are kept.");
        CognitoMeter.Instance.CreateObservableGauge(
            InstrumentNames.JwksAge,
            static () => Observe(static latest => latest.Age.TotalSeconds),
            unit: "s",
            description: "Time since the kept keys of the user pool were fetched.");
    }

    public KeyMetrics(string userPool) => _userPool = new(InstrumentNames.UserPoolTag, userPool);

    /// <summary>
    /// Gets the metrics of all pools that the application returned while it runs. They share one label and have no gauges, because
    /// a metrics system cannot keep a series for each of thousands of pools.
    /// </summary>
    public static KeyMetrics Resolved { get; } = new(InstrumentNames.ResolvedUserPools);

    /// <summary>Begins to observe the keys of the pool.</summary>
    /// <param name="stores">The stores of all addresses of the pool.</param>
    public void Observe(PoolKeyStores stores)
    {
        _stores = stores;
        Pools.Add(this);
    }

    public void RecordRefusedLookup(KeyLookup lookup)
    {
        // The first is 401. The others are 503: the pool may have a new key, or it could not be asked.
        var result = lookup.IsUndecided ? "undecided" : lookup.HasFailed ? "unavailable" : "unknown";
        RefusedLookups.Add(1, _userPool, new(InstrumentNames.LookupResultTag, result));
    }

    public void RecordFetch(TimeSpan duration, JwksException? failure)
    {
        if (!FetchDuration.Enabled)
        {
            return;
        }

        var tags = new TagList { _userPool };
        if (failure != null)
        {
            tags.Add(InstrumentNames.ErrorTypeTag, GetErrorType(failure));
        }

        FetchDuration.Record(duration.TotalSeconds, tags);
    }

    private static string GetErrorType(JwksException failure) => failure.Failure switch
    {
        JwksFailure.Timeout => "timeout",
        JwksFailure.Connection => "connection",
        JwksFailure.Status or JwksFailure.Redirect => failure.StatusCode!.Value.ToString(CultureInfo.InvariantCulture),
        JwksFailure.ContentType => "content_type",
        JwksFailure.TooLarge => "too_large",
        JwksFailure.NotAJwks => "not_a_jwks",
        JwksFailure.NoUsableKey => "no_usable_key",
        JwksFailure.File => "file",
        _ => "_OTHER",
    };

    // Two validators may have the same pool, each with keys of its own. A series has one value: report the keys that are older, because an
    // alert must see them.
    private static List<Measurement<T>> Observe<T>(Func<(int Count, TimeSpan Age), T> select)
        where T : struct =>
    [
        .. Pools.GetAll()
            .Select(static metrics => (UserPool: metrics._userPool, metrics._stores!.Latest))
            .Where(static pool => pool.Latest != null)
            .GroupBy(static pool => pool.UserPool.Value)
            .Select(same => new Measurement<T>(
                select(same.Select(static pool => pool.Latest!.Value).OrderByDescending(static latest => latest.Age).First()), same.First().UserPool)),
    ];
}
