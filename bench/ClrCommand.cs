using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Text;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// Measures the validator on the CLR of .NET 10, whose RSA is OpenSSL's, beside both handlers of IdentityModel and two validators of
/// Node. The library is the same net472 assembly as under Mono.
/// </summary>
internal static class ClrCommand
{
    private const int Warm = 20_000;

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "--quick", "--update-docs");
        if (Type.GetType("Mono.Runtime") != null)
        {
            throw new UsageException("clr measures .NET. Run it by ./bench.sh clr.");
        }

        var quick = arguments.Has("--quick");
        using var pool = new CognitoTestPool();
        var tokens = SampleTokens.Create(pool, quick ? 200 : 1000, SampleTokens.Shorten);
        Console.Error.WriteLine($"tokens of {tokens[0].Length} characters");
        return FigureTable.Report(
            [.. MeasureTimes(pool, tokens, quick ? 7 : 41), MeasureAllocation(pool, tokens), MeasureMemory(pool)],
            "clr",
            arguments.Has("--update-docs"));
    }

    private static IEnumerable<Figure> MeasureTimes(CognitoTestPool pool, string[] tokens, int rounds)
    {
        using var peers = new DotNetPeers(pool, tokens);
        using var warm = Create(pool);
        CognitoTokenValidator? cold = null;
        using var node = new NodePeers(pool, tokens);

        var contest = new Contest();
        peers.AddTo(contest);
        contest.Add("cold", tokens.Length, () =>
        {
            cold?.Dispose();
            cold = Create(pool);
            return () => Validate(cold, tokens, tokens.Length);
        });
        contest.Add("warm", Warm, () =>
        {
            Validate(warm, tokens, tokens.Length);
            return () => Validate(warm, tokens, Warm);
        });
        using var pipeline = Pipeline.Ours(pool);
        string[] headers = [.. tokens.Select(static token => "Bearer " + token)];
        pipeline.SendAccepted(headers, headers.Length);
        contest.Add("metrics", () => MeasureListener(pipeline, headers));
        contest.Add("aws_jwt_verify", () => node.Measure("aws-jwt-verify"));
        contest.Add("fast_jwt", () => node.Measure("fast-jwt"));
        contest.Run(rounds);
        cold!.Dispose();

        return
        [
            new("clr_rsa_us", contest.Time("rsa"), "`RSA.VerifyData` alone, µs"),
            new("clr_handler_us", contest.Time("handler"), "`JwtSecurityTokenHandler.ValidateToken`, µs"),
            new("clr_json_handler_us", contest.Time("json_handler"), "`JsonWebTokenHandler.ValidateTokenAsync`, µs"),
            new("clr_aws_jwt_verify_us", contest.Time("aws_jwt_verify"), "aws-jwt-verify on Node, µs"),
            new("clr_fast_jwt_us", contest.Time("fast_jwt"), "fast-jwt on Node, µs"),
            new("clr_cold_us", contest.Time("cold"), "a new token, `CognitoTokenValidator`, µs"),
            new("clr_cold_vs_rsa", contest.Ratio("cold", "rsa"), "divided by `RSA.VerifyData` alone", atMost: 1.35),
            new("clr_cold_vs_handler", contest.Ratio("cold", "handler"), "divided by `JwtSecurityTokenHandler.ValidateToken`"),
            new("clr_cold_vs_json_handler", contest.Ratio("cold", "json_handler"), "divided by `JsonWebTokenHandler.ValidateTokenAsync`", atMost: 0.80),
            new("clr_cold_vs_aws_jwt_verify", contest.Ratio("cold", "aws_jwt_verify"), "divided by aws-jwt-verify", atMost: 0.65),
            new("clr_metrics_us", contest.Time("metrics"), "what a listener to all metrics adds to a request with a cached token, µs", atMost: 0.2),
            new("clr_warm_us", contest.Time("warm"), "a cached token, `CognitoTokenValidator`, µs", atMost: 0.25),
        ];
    }

    // The difference is small beside the time of a request, so requests with and without a listener take turns every few milliseconds.
    private static double MeasureListener(Pipeline pipeline, string[] headers)
    {
        const int Slices = 40;
        const int Requests = Warm / Slices;
        var differences = new List<double>(Slices);
        for (var slice = 0; slice < Slices; slice++)
        {
            var isFirst = slice % 2 == 0;
            var without = isFirst ? Time() : TimeSpan.Zero;
            TimeSpan with;
            using (Listen())
            {
                with = Time();
            }

            without = isFirst ? without : Time();
            differences.Add((with - without).TotalMilliseconds * 1000 / Requests);
        }

        // The median: other work of the machine interrupts some of the slices.
        return Contest.Median(differences);

        TimeSpan Time()
        {
            var clock = Stopwatch.StartNew();
            pipeline.SendAccepted(headers, Requests);
            return clock.Elapsed;
        }
    }

    private static MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == CognitoMeter.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        return listener;
    }

    private static Figure MeasureAllocation(CognitoTestPool pool, string[] tokens)
    {
        using var warmUp = Create(pool);
        Validate(warmUp, tokens, tokens.Length);
        CognitoTokenValidator[] validators = [.. Enumerable.Range(0, 5).Select(_ => Create(pool))];
        var next = 0;
        var bytes = Allocation.PerCall(() => Validate(validators[next++], tokens, tokens.Length)) / tokens.Length;
        Array.ForEach(validators, validator => validator.Dispose());
        return new("clr_cold_alloc_bytes", bytes, "bytes that the validation of a new token allocates", atMost: 4096);
    }

    // Each token is created from bytes just before its validation, as a host creates the text of a header. So the memory of the text
    // counts if the library keeps the text.
    private static Figure MeasureMemory(CognitoTestPool pool)
    {
        byte[][] tokens =
        [
            .. SampleTokens.Create(pool, 2000, SampleTokens.Shorten).Select(Encoding.ASCII.GetBytes),
        ];
        using var validator = Create(pool);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var token in tokens)
        {
            Require.Accepted(validator.ValidateAsync(Encoding.ASCII.GetString(token)).GetAwaiter().GetResult().IsValid);
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(tokens);
        return new("remembered_token_bytes", (after - before) / (double)tokens.Length, "memory of a cached token of about 1,000 characters and 3 groups", atMost: 4096);
    }

    // The first token makes the validator fetch the keys. It is not measured.
    private static CognitoTokenValidator Create(CognitoTestPool pool)
    {
        var options = new CognitoJwtAuthenticationOptions();
        pool.Configure(options);
        var validator = new CognitoTokenValidator(options);
        Require.Accepted(validator.ValidateAsync(pool.IdToken("first")).GetAwaiter().GetResult().IsValid);
        return validator;
    }

    private static void Validate(CognitoTokenValidator validator, string[] tokens, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Require.Accepted(validator.ValidateAsync(tokens[i % tokens.Length]).GetAwaiter().GetResult().IsValid);
        }
    }
}
