using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using CognitoOwin.Testing;

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
                var (misses, lru) = (Rate(CountMisses(pool, tokens, maximum, requests)), Rate(CountMissesOfLru(requests, maximum)));
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

    // The n-th token comes 1/n times as often as the first.
    private static IEnumerable<int> Zipf(int count)
    {
        var random = new Random(2);
        var cumulative = new double[count];
        for (var i = 0; i < count; i++)
        {
            cumulative[i] = (i == 0 ? 0 : cumulative[i - 1]) + (1.0 / (i + 1));
        }

        int Draw()
        {
            var index = Array.BinarySearch(cumulative, random.NextDouble() * cumulative[count - 1]);
            return Math.Min(count - 1, index < 0 ? ~index : index);
        }

        return [.. Enumerable.Range(0, count), .. Enumerable.Range(0, 5 * count).Select(_ => Draw())];
    }

    private static int CountMisses(CognitoTestPool pool, string[] tokens, int maximum, IReadOnlyCollection<int> requests)
    {
        var options = new CognitoJwtAuthenticationOptions();
        pool.Configure(options);
        options.TokenCache.MaximumEntries = maximum;
        using var validator = new CognitoTokenValidator(options);
        using var listener = new MeterListener();
        var misses = 0L;
        listener.InstrumentPublished = (instrument, enabled) =>
        {
            if (instrument.Meter.Name == CognitoMeter.Name && instrument.Name == "cognito_owin.token_cache.misses")
            {
                enabled.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref misses, value));
        listener.Start();
        foreach (var request in requests)
        {
            if (!validator.ValidateAsync(tokens[request]).GetAwaiter().GetResult().IsValid)
            {
                throw new InvalidOperationException("A good token was refused, so the measurement is not valid.");
            }
        }

        return (int)misses;
    }

    private static int CountMissesOfLru(IEnumerable<int> requests, int maximum)
    {
        var order = new LinkedList<int>();
        var nodes = new Dictionary<int, LinkedListNode<int>>();
        var misses = 0;
        foreach (var request in requests)
        {
            if (nodes.TryGetValue(request, out var node))
            {
                order.Remove(node);
            }
            else
            {
                misses++;
                if (order.Count == maximum)
                {
                    nodes.Remove(order.Last.Value);
                    order.RemoveLast();
                }
            }

            nodes[request] = order.AddFirst(request);
        }

        return misses;
    }
}
