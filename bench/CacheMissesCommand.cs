using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using CognitoOwin.Testing;
using CognitoOwin.Tests.TokenCache;

namespace CognitoOwin.Bench;

/// <summary>Counts how often the token cache misses, and compares it with an exact LRU cache of the same size.</summary>
internal static class CacheMissesCommand
{
    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "--quick", "--update-docs");
        var updateDocs = arguments.Has("--update-docs");
        var maximum = arguments.Has("--quick") ? 50 : 500;
        using var pool = new CognitoTestPool();
        Console.Error.WriteLine("signing tokens");
        var tokens = SampleTokens.Create(pool, 4 * maximum);

        var table = new StringBuilder("| live tokens | order | misses | of an exact LRU |\n|---|---|---|---|\n");
        var orders = new (string Name, Func<int, IEnumerable<int>> Create)[]
        {
            ("in turn", InTurn), ("random", count => Random(count)), ("Zipf", Zipf),
        };
        var plot = new SvgPlot(string.Format(CultureInfo.InvariantCulture, "Misses of a token cache of {0} entries", maximum), "live tokens / MaximumEntries");
        foreach (var (name, create) in orders)
        {
            List<(double Load, double Misses, double Lru)> points = [];
            foreach (var load in new[] { 0.5, 0.75, 1, 1.25, 2, 4 })
            {
                var count = (int)(load * maximum);
                int[] requests = [.. create(count)];
                var (misses, lru) = (Rate(CountMisses(pool, tokens, maximum, requests)), Rate(CacheModel.CountMissesOfLru(requests, maximum)));
                points.Add((load, misses, lru));
                table.Append(string.Format(CultureInfo.InvariantCulture, "| {0} × `MaximumEntries` | {1} | {2:P1} | {3:P1} |\n", load, name, misses, lru));

                // The first request of each token misses in every cache.
                double Rate(int missed) => (double)(missed - count) / (requests.Length - count);
            }

            plot.Panel(
                "misses, " + name,
                ("CognitoOwin", points.Select(point => (point.Load, point.Misses))),
                ("exact LRU", points.Select(point => (point.Load, point.Lru))));
        }

        Console.WriteLine(table);
        plot.Save(Repository.Image("cache-misses.svg", updateDocs));
        if (updateDocs)
        {
            Repository.UpdatePerformancePage("misses", table.ToString());
        }

        return 0;
    }

    /// <summary>Measures <c>cache_miss_at_capacity</c> with as many tokens as the cache has entries.</summary>
    public static Figure Measure(CognitoTestPool pool, string[] tokens)
    {
        var worst = new[] { InTurn(tokens.Length), Random(tokens.Length) }
            .Max(order => (double)(CountMisses(pool, tokens, tokens.Length, [.. order]) - tokens.Length) / (order.Count() - tokens.Length));
        return new("cache_miss_at_capacity", worst, "misses after the first pass, with `MaximumEntries` live tokens, in turn or in random order", atMost: 0);
    }

    private static IEnumerable<int> InTurn(int count) => Enumerable.Range(0, 6 * count).Select(i => i % count);

    // Each token comes once before the random requests, so that all orders have the same first pass.
    private static IEnumerable<int> Random(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count), .. Enumerable.Range(0, 5 * count).Select(_ => random.Next(count))];
    }

    private static IEnumerable<int> Zipf(int count)
    {
        var draw = CacheModel.CreateZipf(count, new Random(2));
        return [.. Enumerable.Range(0, count), .. Enumerable.Range(0, 5 * count).Select(_ => draw())];
    }

    private static int CountMisses(CognitoTestPool pool, string[] tokens, int maximum, IReadOnlyCollection<int> requests)
    {
        var options = new CognitoJwtAuthenticationOptions();
        pool.Configure(options);
        options.TokenCache.MaximumEntries = maximum;
        using var validator = new CognitoTokenValidator(options);
        using var measurements = new CacheMeasurements();
        foreach (var request in requests)
        {
            Require.Accepted(validator.ValidateAsync(tokens[request]).GetAwaiter().GetResult().IsValid);
        }

        return (int)measurements.Misses;
    }
}
