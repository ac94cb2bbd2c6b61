using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// <c>mutate --count N [--seed S]</c>: changes valid tokens in N ways and validates each. The validator must reject all of them, because
/// the signature covers every character of a token, and must not throw. The seed determines every change. The keys, and so the
/// signatures, are new in each run.
/// </summary>
internal static class MutateCommand
{
    private const int DefaultSeed = 20250515;

    public static int Run(string[] args)
    {
        if (!TryParse(args, out var count, out var seed))
        {
            Console.Error.WriteLine("Usage: ./bench.sh mutate --count N [--seed S]");
            return 2;
        }

        Console.WriteLine($"mutate: count {count}, seed {seed}");
        using var corpus = new TokenCorpus(seed);
        var run = new MutationRun(corpus);
        run.RequireValidTokensAccepted();

        var clock = Stopwatch.StartNew();
        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            () => new Tally(),
            (number, _, tally) =>
            {
                run.Try(number, seed, tally);
                return tally;
            },
            run.Add);
        clock.Stop();
        run.Print(clock.Elapsed);
        return run.Total.Accepted.Count + run.Total.Unhandled.Count == 0 ? 0 : 1;
    }

    private static bool TryParse(string[] args, out int count, out int seed)
    {
        count = 0;
        seed = DefaultSeed;
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            switch (args[i])
            {
                case "--count":
                    count = value;
                    break;
                case "--seed":
                    seed = value;
                    break;
                default:
                    return false;
            }
        }

        return count > 0;
    }

    private sealed class MutationRun(TokenCorpus corpus)
    {
        private readonly CognitoTokenValidator _validator = corpus.CreateValidator();
        private int _done;

        public Tally Total { get; } = new();

        public void RequireValidTokensAccepted()
        {
            foreach (var token in corpus.Valid)
            {
                var result = _validator.ValidateAsync(token).GetAwaiter().GetResult();
                if (!result.IsValid)
                {
                    throw new InvalidOperationException($"An unchanged token is rejected ({result.Rejection}), so the result would not be valid.");
                }
            }
        }

        public void Try(int number, int seed, Tally tally)
        {
            // Each mutation has its own generator, so that the order and the number of threads do not change the mutations.
            var random = new Random(unchecked((seed * 397) ^ number));
            string kind, mutant;
            do
            {
                // Skip a change that results in the same token or in another valid one.
                (kind, mutant) = corpus.Mutate(random);
            }
            while (corpus.IsValid(mutant) && tally.Skip());

            tally.Kinds.Increment(kind);
            try
            {
                var result = _validator.ValidateAsync(mutant).GetAwaiter().GetResult();
                tally.Rejections.Increment(result.Rejection.ToString());
                if (result.IsValid)
                {
                    tally.Accepted.Add($"{number} ({kind}): {mutant}");
                }
            }
#pragma warning disable CA1031 // Any exception is a finding.
            catch (Exception e)
#pragma warning restore CA1031
            {
                tally.Unhandled.Add($"{number} ({kind}): {mutant}\n{e}");
            }

            if (Interlocked.Increment(ref _done) is var done && done % 50_000 == 0)
            {
                Console.Error.WriteLine($"… {done}");
            }
        }

        public void Add(Tally tally)
        {
            lock (Total)
            {
                Total.Add(tally);
            }
        }

        public void Print(TimeSpan elapsed)
        {
            foreach (var finding in Total.Accepted.Concat(Total.Unhandled).Take(20))
            {
                Console.WriteLine(finding);
            }

            Print("mutations by kind", Total.Kinds);
            Print("rejections by rule", Total.Rejections);
            Console.WriteLine($"\nskipped, because the token was still valid: {Total.Skipped}");
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "seconds: {0:F0}", elapsed.TotalSeconds));
            Console.WriteLine($"{Total.Kinds.Sum} mutations, {Total.Accepted.Count} accepted, {Total.Unhandled.Count} unhandled");
        }

        private static void Print(string heading, Counts counts)
        {
            Console.WriteLine("\n" + heading);
            foreach (var entry in counts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal))
            {
                Console.WriteLine($"  {entry.Key,-28} {entry.Value,9}");
            }
        }
    }

    private sealed class Tally
    {
        public Counts Kinds { get; } = new();

        public Counts Rejections { get; } = new();

        public List<string> Accepted { get; } = [];

        public List<string> Unhandled { get; } = [];

        public int Skipped { get; private set; }

        public bool Skip()
        {
            Skipped++;
            return true;
        }

        public void Add(Tally other)
        {
            Kinds.Add(other.Kinds);
            Rejections.Add(other.Rejections);
            Accepted.AddRange(other.Accepted);
            Unhandled.AddRange(other.Unhandled);
            Skipped += other.Skipped;
        }
    }

    private sealed class Counts() : Dictionary<string, int>(StringComparer.Ordinal)
    {
        public int Sum => Values.Sum();

        public void Increment(string name, int by = 1) => this[name] = (TryGetValue(name, out var count) ? count : 0) + by;

        public void Add(Counts other)
        {
            foreach (var entry in other)
            {
                Increment(entry.Key, entry.Value);
            }
        }
    }
}
