using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using CognitoOwin.Validation;

namespace CognitoOwin.Diagnostics;

/// <summary>Measures the cache of validated tokens. Nothing is allocated where nobody listens.</summary>
internal static class TokenCacheMetrics
{
    private static readonly Counter<long> Hits = CognitoMeter.Instance.CreateCounter<long>(
        "cognito_owin.token_cache.hits",
        unit: "{token}",
        description: "Tokens that were found among the validated ones.");

    private static readonly Counter<long> Misses = CognitoMeter.Instance.CreateCounter<long>(
        "cognito_owin.token_cache.misses",
        unit: "{token}",
        description: "Tokens that were not found among the validated ones, good or bad, and were judged.");

    private static readonly Counter<long> Evictions = CognitoMeter.Instance.CreateCounter<long>(
        "cognito_owin.token_cache.evictions",
        unit: "{token}",
        description: "Validated tokens that were let go to make room.");

    // The gauge asks the caches that live. It must not keep one alive that nobody uses.
    private static readonly List<WeakReference<ValidatedTokenCache>> Living = [];

    static TokenCacheMetrics() => CognitoMeter.Instance.CreateObservableUpDownCounter(
        "cognito_owin.token_cache.entries",
        CountEntries,
        unit: "{token}",
        description: "Validated tokens that are remembered, by all validators of the process.");

    public static void Observe(ValidatedTokenCache cache)
    {
        lock (Living)
        {
            Living.RemoveAll(static reference => !reference.TryGetTarget(out _));
            Living.Add(new(cache));
        }
    }

    public static void Forget(ValidatedTokenCache cache)
    {
        lock (Living)
        {
            Living.RemoveAll(reference => !reference.TryGetTarget(out var living) || living == cache);
        }
    }

    public static void LookedUp(bool found) => (found ? Hits : Misses).Add(1);

    public static void Evicted(int count) => Evictions.Add(count);

    private static long CountEntries()
    {
        var count = 0L;
        lock (Living)
        {
            foreach (var reference in Living)
            {
                count += reference.TryGetTarget(out var cache) ? cache.Count : 0;
            }
        }

        return count;
    }
}
