using System.Diagnostics.Metrics;
using System.Linq;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Validation;

/// <summary>Measures the caches of validated tokens. It allocates nothing per token while nobody listens.</summary>
internal static class TokenCacheMetrics
{
    private static readonly Counter<long> Hits = CognitoMeter.Instance.CreateCounter<long>(
        InstrumentNames.TokenCacheHits,
        unit: "{token}",
        description: "Tokens that were found among the validated ones.");

    private static readonly Counter<long> Misses = CognitoMeter.Instance.CreateCounter<long>(
        InstrumentNames.TokenCacheMisses,
        unit: "{token}",
        description: "Tokens, good or bad, that were not found among the validated ones.");

    private static readonly Counter<long> Evictions = CognitoMeter.Instance.CreateCounter<long>(
        InstrumentNames.TokenCacheEvictions,
        unit: "{token}",
        description: "Validated tokens that were removed to make room.");

    private static readonly ObservedObjects<ValidatedTokenCache> Caches = new();

    static TokenCacheMetrics() => CognitoMeter.Instance.CreateObservableUpDownCounter(
        InstrumentNames.TokenCacheEntries,
        CountEntries,
        unit: "{token}",
        description: "Validated tokens that are cached, by all validators of the process.");

    public static void Observe(ValidatedTokenCache cache) => Caches.Add(cache);

    public static void StopObserving(ValidatedTokenCache cache) => Caches.Remove(cache);

    public static void RecordLookup(bool found) => (found ? Hits : Misses).Add(1);

    public static void RecordEvictions(int count) => Evictions.Add(count);

    private static long CountEntries() => Caches.GetAll().Sum(static cache => (long)cache.Count);
}
