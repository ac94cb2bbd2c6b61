using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// Measures the table of <c>docs/performance.md</c>. The exit status is 0 if everything was measured, even if a target is missed.
/// </summary>
internal static class FiguresCommand
{
    private const string Usage =
        "Usage: ./bench.sh [figures] [--quick] [--without-http] [--update-docs]\n\n"
        + "  --quick         use fewer tokens and rounds, for a quick check during work\n"
        + "  --without-http  leave out the figures that need the sample application behind nginx\n"
        + "  --update-docs   write the table into docs/performance.md";

    private const int Warm = 4000;

    public static int Run(string[] args)
    {
        if (args.Contains("--help", StringComparer.Ordinal))
        {
            Console.WriteLine(Usage);
            return 0;
        }

        var arguments = new Arguments(args, "--quick", "--without-http", "--update-docs");
        var quick = arguments.Has("--quick");
        using var pool = new CognitoTestPool();
        Console.Error.WriteLine("signing tokens");
        var tokens = SampleTokens.Create(pool, quick ? 40 : 200);
        Console.Error.WriteLine($"tokens of {tokens[0].Length} characters");

        List<Figure> figures = [.. MeasureTimes(pool, tokens, quick ? 7 : 31)];
        figures.AddRange(MeasureAllocation(pool, tokens));
        figures.Add(CacheMissesCommand.Measure(pool, tokens));
        figures.AddRange(RevocationFigures.Measure(pool, tokens, quick ? 31 : 101));
        figures.AddRange(ScalingFigures.Measure(pool, tokens, quick));
        figures.Add(MeasureRefresh(pool, tokens, quick ? 3 : 11));
        figures.AddRange(arguments.Has("--without-http") ? [] : HttpFigures.Measure(quick));

        return FigureTable.Report(figures, "figures", arguments.Has("--update-docs"));
    }

    private static IEnumerable<Figure> MeasureTimes(CognitoTestPool pool, string[] tokens, int rounds)
    {
        var headers = SampleTokens.Headers(tokens);
        using var peers = new DotNetPeers(pool, tokens);
        using var empty = Pipeline.Empty();
        using var katana = Pipeline.Katana(pool.UserPool, pool.JwksEndpoint);
        using var warm = Pipeline.Ours(pool);

        // The first request of this pipeline is not measured. After it, the keys are known, but no other token.
        var first = SampleTokens.Headers(SampleTokens.Create(pool, 1))[0];
        Pipeline? cold = null;

        var contest = new Contest();
        peers.AddTo(contest);
        contest.Add("katana", tokens.Length, () => () =>
        {
            foreach (var header in headers)
            {
                katana.SendAccepted(header);
            }
        });
        contest.Add("cold", tokens.Length, () =>
        {
            cold?.Dispose();
            cold = Pipeline.Ours(pool);
            cold.SendAccepted(first);
            return () =>
            {
                foreach (var header in headers)
                {
                    cold.SendAccepted(header);
                }
            };
        });
        contest.Add("warm", Warm, () =>
        {
            foreach (var header in headers)
            {
                warm.SendAccepted(header);
            }

            return () => warm.SendAccepted(headers, Warm);
        });
        contest.Add("pipeline", Warm, () => () =>
        {
            for (var i = 0; i < Warm; i++)
            {
                empty.SendAnonymous();
            }
        });
        contest.Run(rounds);
        cold!.Dispose();

        return
        [
            new("rsa_us", contest.Time("rsa"), "`RSA.VerifyData` alone, µs"),
            new("handler_us", contest.Time("handler"), "`JwtSecurityTokenHandler.ValidateToken`, µs"),
            new("json_handler_us", contest.Time("json_handler"), "`JsonWebTokenHandler.ValidateTokenAsync`, µs"),
            new("katana_us", contest.Time("katana"), "Katana's `UseJwtBearerAuthentication`, whole pipeline, µs"),
            new("cold_us", contest.Time("cold"), "a new token, whole pipeline, µs"),
            new("cold_vs_rsa", contest.Ratio("cold", "rsa"), "divided by `RSA.VerifyData` alone", atMost: 1.15),
            new("cold_vs_handler", contest.Ratio("cold", "handler"), "divided by `JwtSecurityTokenHandler.ValidateToken` alone", atMost: 0.85),
            new("cold_vs_json_handler", contest.Ratio("cold", "json_handler"), "divided by `JsonWebTokenHandler.ValidateTokenAsync` alone", atMost: 0.90),
            new("cold_vs_katana", contest.Ratio("cold", "katana"), "divided by Katana's own middleware"),
            new("pipeline_us", contest.Time("pipeline"), "an empty Katana pipeline, µs"),
            new("warm_us", contest.Time("warm"), "a cached token, whole pipeline, µs"),
            new("warm_vs_handler", contest.Ratio("handler", "warm"), "how many times faster than `ValidateToken` alone", atLeast: 45),
        ];
    }

    private static Figure[] MeasureAllocation(CognitoTestPool pool, string[] tokens)
    {
        using var empty = Pipeline.Empty();
        using var warm = Pipeline.Ours(pool);
        using var claims = Pipeline.ClaimsOnly(pool.SignInAsync(tokens[0]).GetAwaiter().GetResult().Claims);
        var headers = SampleTokens.Headers(tokens);
        var none = PerRequest(empty);
        return
        [
            new("alloc_warm_bytes", PerRequest(warm) - none, "bytes that a warm request allocates in addition to the empty pipeline", atMost: 4 * 1024),
            new("alloc_claims_bytes", PerRequest(claims) - none, "the same for a Katana middleware that only creates as many claims"),
        ];

        double PerRequest(Pipeline pipeline)
        {
            void SendAll()
            {
                for (var i = 0; i < Warm; i++)
                {
                    pipeline.SendAsync(headers[i % headers.Length]).GetAwaiter().GetResult();
                }
            }

            SendAll();
            return Allocation.PerCall(SendAll) / Warm;
        }
    }

    // One pipeline must refresh its keys after a second, but the JWKS endpoint does not answer. The other needs no refresh.
    private static Figure MeasureRefresh(CognitoTestPool pool, string[] tokens, int rounds)
    {
        const int Chunk = 250;
        const int Chunks = 60;
        var headers = SampleTokens.Headers(tokens);
        var ratios = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            using var steady = Pipeline.Ours(pool);
            using var due = Pipeline.Ours(pool, options =>
            {
                options.Keys.RefreshInterval = TimeSpan.FromSeconds(1);
                options.Keys.FetchTimeout = TimeSpan.FromMinutes(1);
            });
            steady.SendAccepted(headers, Warm);
            due.SendAccepted(headers, Warm);
            Thread.Sleep(1100);
            var hanging = new CancellationTokenSource();
            var fetches = pool.JwksFetches;
            pool.OnJwksRequest = async (_, _) =>
            {
                await Task.Delay(Timeout.Infinite, hanging.Token).ConfigureAwait(false);
                throw new InvalidOperationException();
            };
            try
            {
                var (withDue, without) = (new List<double>(), new List<double>());
                for (var chunk = 0; chunk < Chunks; chunk++)
                {
                    SendTimed(due, headers, Chunk, withDue);
                    SendTimed(steady, headers, Chunk, without);
                }

                if (pool.JwksFetches != fetches + 1)
                {
                    throw new InvalidOperationException("The expected fetch did not happen, so the measurement is not valid.");
                }

                ratios.Add(Contest.Percentile(withDue, 0.99) / Contest.Percentile(without, 0.99));
            }
            finally
            {
                pool.RestoreJwks();
                hanging.Cancel();
                hanging.Dispose();
            }

            Console.Error.Write(".");
        }

        Console.Error.WriteLine();
        return new(
            "refresh_p99_vs_steady", Contest.Median(ratios), "p99 of warm requests while a refresh is due and the JWKS endpoint hangs, divided by p99 without a refresh", atMost: 1.1);
    }

    private static void SendTimed(Pipeline pipeline, string[] headers, int count, List<double> times)
    {
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            pipeline.SendAccepted(headers[i % headers.Length]);
            times.Add(Stopwatch.GetTimestamp() - start);
        }
    }
}
