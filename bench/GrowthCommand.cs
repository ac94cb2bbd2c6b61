using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Tasks;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>Measures how the time of a cold and a warm request grows with tokens, groups, keys and pools.</summary>
internal static class GrowthCommand
{
    // A tolerance for noise, because two measurements of the same work differ.
    private const double Tolerance = 1.15;

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "--quick", "--update-docs");
        var updateDocs = arguments.Has("--update-docs");
        var (tokens, rounds) = arguments.Has("--quick") ? (8, 3) : (30, 15);

        var table = new StringBuilder("| what grows | | cold, µs | warm, µs |\n|---|---|---|---|\n");
        var holds = true;
        Grow("size", "token, KiB", [1, 2, 4, 8, 16, 32, 64], (contest, kib) => Add(contest, kib, tokens, token => Pad(token, kib)), kib => kib);
        Grow("groups", "groups", [0, 50, 100, 200, 500], (contest, count) => Add(contest, count, tokens, token => token.WithGroups(Groups(count))), OfClaims);
        Grow("keys", "keys of the pool", [2, 10, 50, 100], (contest, count) => Add(contest, count, tokens, keys: count), _ => 1);
        Grow("pools", "pools of a resolver", [1, 10, 100, 1000], (contest, count) => Add(contest, count, tokens, pools: count), _ => 1);

        Console.WriteLine(table);
        Console.WriteLine(holds
            ? "No worse than linear in the token's size, and independent of the number of keys and pools."
            : "At least one time grows faster than allowed; see above.");
        if (updateDocs)
        {
            Repository.UpdatePerformancePage(Runtime.Prefix + "growth", table.ToString());
        }

        return 0;

        // Measure all sizes in turn, so that other work on the machine does not look like growth.
        void Grow(string name, string label, int[] sizes, Func<Contest, int, IDisposable> add, Func<int, double> linear)
        {
            var contest = new Contest();
            var running = sizes.Select(size => add(contest, size)).ToList();
            contest.Run(rounds);
            running.ForEach(one => one.Dispose());
            foreach (var size in sizes)
            {
                table.Append($"| {label} | {size} | {Figure.Text(contest.Time(Cold(size)))} | {Figure.Text(contest.Time(Warm(size)))} |\n");
            }

            new SvgPlot($"Cost of a request, by {label}", label)
                .Panel("cold, µs", ("cold", sizes.Select(size => ((double)size, contest.Time(Cold(size))))))
                .Panel("warm, µs", ("warm", sizes.Select(size => ((double)size, contest.Time(Warm(size))))))
                .Save(Repository.Image($"{Runtime.Prefix.Replace('_', '-')}growth-{name}.svg", updateDocs));
            var (first, last) = (sizes[0], sizes[sizes.Length - 1]);
            var allowed = Tolerance * linear(last) / linear(first);
            var grew = Math.Max(contest.Ratio(Cold(last), Cold(first)), contest.Ratio(Warm(last), Warm(first)));
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0}: grew {1:F2} times, at most {2:F2} allowed", label, grew, allowed));
            holds &= grew <= allowed;
        }
    }

    private static string Cold(int size) => "cold " + size.ToString(CultureInfo.InvariantCulture);

    private static string Warm(int size) => "warm " + size.ToString(CultureInfo.InvariantCulture);

    // Each group is a claim, in addition to the claims of every token.
    private static double OfClaims(int groups) => 22 + groups;

    private static Running Add(
        Contest contest, int size, int count, Func<CognitoTestToken, CognitoTestToken>? change = null, int keys = 2, int pools = 1)
    {
        // All pools have the same keys, because a thousand pairs of keys take minutes to create.
        var pool = new CognitoTestPool();
        var userPools = Enumerable.Range(1, pools)
            .Select(number => new CognitoUserPool("eu-west-1_Growth" + number.ToString(CultureInfo.InvariantCulture), pool.ClientId))
            .ToDictionary(each => each.UserPoolId!, StringComparer.Ordinal);
        var jwks = CognitoTestPool.WriteJwks([.. Enumerable.Range(2, keys - 2).Select(_ => TestSigningKey.Create()), .. pool.Keys]);
        pool.OnJwksRequest = (_, _) => Task.FromResult(Serve(jwks));

        // One token of each pool, so that the pipeline looks up all pools and fetches their keys before the measurement.
        var issuers = userPools.Values.Select(each => each.Issuers[0]).ToList();
        var first = SampleTokens.Headers(issuers.SelectMany(issuer => SampleTokens.Create(pool, 1, token => token.FromIssuer(issuer))));
        var headers = SampleTokens.Headers(SampleTokens.Create(pool, count, token => (change?.Invoke(token) ?? token).FromIssuer(issuers[0])));
        Pipeline Start()
        {
            var pipeline = Pipeline.Ours(pool, options =>
            {
                options.UserPools = [];
                options.UserPoolResolver = (id, _) => Task.FromResult(userPools.TryGetValue(id, out var found) ? found : null);
                options.MaximumTokenLength = 128 * 1024;
            });
            foreach (var header in first)
            {
                pipeline.SendAccepted(header);
            }

            return pipeline;
        }

        var warm = Start();
        Pipeline? cold = null;
        contest.Add(Cold(size), headers.Length, () =>
        {
            cold?.Dispose();
            cold = Start();
            return () =>
            {
                foreach (var header in headers)
                {
                    cold.SendAccepted(header);
                }
            };
        });
        contest.Add(Warm(size), headers.Length * 40, () =>
        {
            foreach (var header in headers)
            {
                warm.SendAccepted(header);
            }

            return () =>
            {
                for (var i = 0; i < headers.Length * 40; i++)
                {
                    warm.SendAccepted(headers[i % headers.Length]);
                }
            };
        });
        return new Running(() =>
        {
            cold!.Dispose();
            warm.Dispose();
            pool.Dispose();
        });
    }

    /// <summary>The resources of one size, which are disposed after all sizes have been measured.</summary>
    private sealed class Running(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    private static HttpResponseMessage Serve(string jwks)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(jwks) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return response;
    }

    private static string[] Groups(int count) =>
        [.. Enumerable.Range(0, count).Select(number => "group-" + number.ToString("D4", CultureInfo.InvariantCulture))];

    // Adds custom attributes, as an application does. None is longer than Cognito's maximum of 2,048 characters. Base64url turns three
    // characters into four.
    private static CognitoTestToken Pad(CognitoTestToken token, int kib)
    {
        var missing = ((kib * 1024) - 1450) * 3 / 4;
        for (var number = 0; missing > 0; number++)
        {
            var length = Math.Min(missing, 1024);
            token.WithCustomAttribute("a" + number.ToString(CultureInfo.InvariantCulture), new string('x', length));
            missing -= length + 20;
        }

        return token;
    }
}
