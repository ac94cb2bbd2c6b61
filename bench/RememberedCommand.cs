using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// Measures the memory and the time of a cached token for caches of up to a million tokens. A file has the tokens: .NET signs them in
/// minutes, Mono would take half a day.
/// </summary>
internal static class RememberedCommand
{
    private const int Lookups = 200_000;

    /// <summary>Writes a file with a pool, its keys and its tokens: <c>tokens COUNT</c>.</summary>
    public static int WriteTokens(string[] args)
    {
        var count = int.Parse(args[0], CultureInfo.InvariantCulture);
        using var pool = new CognitoTestPool();
        using var file = new StreamWriter(Repository.Artifact("tokens.txt"));
        file.WriteLine(pool.UserPool.UserPoolId);
        file.WriteLine(pool.Jwks.Replace("\n", ""));
        for (var written = 0; written < count; written += 1000)
        {
            foreach (var token in SampleTokens.Create(pool, Math.Min(1000, count - written), SampleTokens.Shorten, firstNumber: written))
            {
                file.WriteLine(token);
            }
        }

        return 0;
    }

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "--quick", "--update-docs");
        int[] sizes = arguments.Has("--quick") ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
        var rows = sizes.Select(Measure).ToList();
        var table = new StringBuilder("| cached tokens | bytes per token | a cached token, µs |\n|---|---|---|\n");
        foreach (var (size, bytes, time) in rows)
        {
            table.Append($"| {size.ToString("N0", CultureInfo.InvariantCulture)} | {Figure.Text(bytes)} | {Figure.Text(time)} |\n");
        }

        Console.WriteLine(table);
        if (arguments.Has("--update-docs"))
        {
            Repository.UpdatePerformancePage(Runtime.Prefix + "remembered", table.ToString());
        }

        return 0;
    }

    private static (int Size, double Bytes, double Time) Measure(int size)
    {
        using var lines = File.ReadLines(Repository.Artifact("tokens.txt")).GetEnumerator();
        string Next() => lines.MoveNext() ? lines.Current : throw new UsageException("artifacts/tokens.txt has too few tokens.");
        var options = new CognitoJwtAuthenticationOptions();
        options.UserPools.Add(new CognitoUserPool(Next(), "1example23456789") { Jwks = Next() });
        options.TokenCache.MaximumEntries = size;
        using var validator = new CognitoTokenValidator(options);

        // The texts for the lookups are other objects than those in the cache, as in a host.
        var random = new Random(20251125);
        List<string> sent = [];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < size; i++)
        {
            var token = Next();
            Require.Accepted(validator.ValidateAsync(token).GetAwaiter().GetResult().IsValid);
            if (random.Next(size) < 2000)
            {
                sent.Add(new string(token.ToCharArray()));
            }
        }

        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before - sent.Sum(token => 2L * token.Length);
        for (var i = 0; i < sent.Count; i++)
        {
            var other = random.Next(sent.Count);
            (sent[i], sent[other]) = (sent[other], sent[i]);
        }

        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Lookups; i++)
        {
            Require.Accepted(validator.ValidateAsync(sent[i % sent.Count]).GetAwaiter().GetResult().IsValid);
        }

        return (size, bytes / (double)size, clock.Elapsed.TotalMilliseconds * 1000 / Lookups);
    }
}
