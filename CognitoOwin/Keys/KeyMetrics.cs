using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Keys;

/// <summary>Measures one user pool's keys. Nothing is allocated where nobody listens.</summary>
internal sealed class KeyMetrics
{
    private const string UserPool = "cognito_owin.user_pool";
    private const string ErrorType = "error.type";

    private static readonly Histogram<double> FetchDuration = CognitoMeter.Instance.CreateHistogram(
        "cognito_owin.jwks.fetch.duration",
        unit: "s",
        description: "Duration of the fetches of the user pool's keys; those that failed have error.type.",
        tags: null,
        advice: new InstrumentAdvice<double>
        {
            // Those of http.client.request.duration, up to the longest FetchTimeout.
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60],
        });

    private static readonly Counter<long> RefusedLookups = CognitoMeter.Instance.CreateCounter<long>(
        "cognito_owin.jwks.lookup.refused",
        unit: "{lookup}",
        description: "Lookups of unknown keys that were refused without a fetch, as the last one is too recent.");

    // Gauges ask the pools that live. They must not keep one alive that nobody disposed.
    private static readonly List<WeakReference<KeyMetrics>> Living = [];

    private readonly PoolKeys _keys;
    private readonly KeyValuePair<string, object?> _userPool;

    static KeyMetrics()
    {
        CognitoMeter.Instance.CreateObservableUpDownCounter(
            "cognito_owin.jwks.keys",
            static () => Observe(static kept => (long)kept.Count),
            unit: "{key}",
            description: "Public keys of the user pool that are kept.");
        CognitoMeter.Instance.CreateObservableGauge(
            "cognito_owin.jwks.age",
            static () => Observe(static kept => kept.Age.TotalSeconds),
            unit: "s",
            description: "Time since the kept keys of the user pool were fetched.");
    }

    public KeyMetrics(PoolKeys keys, string userPool)
    {
        _keys = keys;
        _userPool = new(UserPool, userPool);
        lock (Living)
        {
            Living.RemoveAll(static reference => !reference.TryGetTarget(out _));
            Living.Add(new(this));
        }
    }

    public void LookupRefused() => RefusedLookups.Add(1, _userPool);

    public void Fetched(TimeSpan duration, JwksException? failure)
    {
        if (!FetchDuration.Enabled)
        {
            return;
        }

        var tags = new TagList { _userPool };
        if (failure != null)
        {
            tags.Add(ErrorType, TypeOf(failure));
        }

        FetchDuration.Record(duration.TotalSeconds, tags);
    }

    private static string TypeOf(JwksException failure) => failure.Failure switch
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

    private static List<Measurement<T>> Observe<T>(Func<(int Count, TimeSpan Age), T> value)
        where T : struct
    {
        var measurements = new List<Measurement<T>>();
        lock (Living)
        {
            foreach (var reference in Living)
            {
                if (reference.TryGetTarget(out var metrics) && metrics._keys.Kept is { } kept)
                {
                    measurements.Add(new(value(kept), metrics._userPool));
                }
            }
        }

        return measurements;
    }
}
