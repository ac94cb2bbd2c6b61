using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Validation;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.TokenCache;

/// <summary>
/// A miss costs a verification, and one more run of the application's handler. So as many live tokens as <c>MaximumEntries</c> says never
/// miss after the first pass, and more tokens miss hardly more often than with an exact LRU.
/// </summary>
[TestClass]
[DoNotParallelize]
public sealed class CacheMissTests
{
    private const int Maximum = 100;

    private static readonly CognitoTestPool Pool = new();

    // Signing is slow under Mono, so all tests share the tokens.
    private static readonly Lazy<string[]> Tokens = new(() => ManyTokens.Create(4 * Maximum, Pool.IdToken));

    [ClassCleanup]
    public static void DisposePool() => Pool.Dispose();

    [TestMethod]
    [DataRow(Maximum / 2)]
    [DataRow(Maximum * 3 / 4)]
    [DataRow(Maximum)]
    public async Task Tokens_within_MaximumEntries_miss_in_the_first_pass_only(int count)
    {
        var random = new Random(1);
        var passes = Enumerable.Range(0, count)
            .Concat(Enumerable.Range(0, count))
            .Concat(Enumerable.Range(0, count).Reverse())
            .Concat(Enumerable.Range(0, 10 * count).Select(_ => random.Next(count)));

        Assert.AreEqual(count, await CountMissesAsync(passes));
    }

    [TestMethod]
    public async Task Tokens_of_4096_characters_count_once()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = 4);
        using var measurements = new CacheMeasurements();
        string[] tokens = [.. Enumerable.Range(0, 4).Select(i => CreateTokenOf4096Characters(pool, i))];

        for (var pass = 0; pass < 3; pass++)
        {
            foreach (var token in tokens)
            {
                Assert.IsTrue((await validator.ValidateAsync(token)).IsValid);
            }
        }

        Assert.AreEqual(4, measurements.Misses);
    }

    [TestMethod]
    public async Task Handler_runs_once_for_each_of_MaximumEntries_tokens()
    {
        var runs = 0;
        using var host = ProtectedApp.Start(Pool, options =>
        {
            options.TokenCache.MaximumEntries = Maximum;
            options.Provider.OnProvisionUser = _ =>
            {
                runs++;
                return Task.CompletedTask;
            };
        });

        for (var pass = 0; pass < 3; pass++)
        {
            foreach (var token in Tokens.Value.Take(Maximum))
            {
                Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
            }
        }

        Assert.AreEqual(Maximum, runs);
    }

    [TestMethod]
    [DataRow(1.25, false)]
    [DataRow(2.0, false)]
    [DataRow(4.0, false)]
    [DataRow(1.25, true)]
    [DataRow(2.0, true)]
    [DataRow(4.0, true)]
    public async Task More_tokens_miss_hardly_more_often_than_with_an_exact_LRU(double factor, bool isZipf)
    {
        var random = new Random(2);
        var draw = isZipf ? CacheModel.CreateZipf((int)(factor * Maximum), random) : () => random.Next((int)(factor * Maximum));
        int[] requests = [.. Enumerable.Range(0, 5000).Select(_ => draw())];

        var misses = await CountMissesAsync(requests);

        var ofLru = CacheModel.CountMissesOfLru(requests, Maximum);
        Assert.IsTrue(misses <= 1.1 * ofLru, $"{misses} misses, {ofLru} of an exact LRU");
    }

    [TestMethod]
    public async Task Tokens_that_are_used_once_do_not_displace_those_in_use()
    {
        using var validator = PoolValidator.Create(Pool, options => options.TokenCache.MaximumEntries = Maximum);
        var inUse = Tokens.Value.Take(Maximum / 4).ToList();
        using var measurements = new CacheMeasurements();
        var once = Tokens.Value.Skip(Maximum).ToList();

        for (var i = 0; i < once.Count; i++)
        {
            await validator.ValidateAsync(inUse[i % inUse.Count]);
            await validator.ValidateAsync(once[i]);
        }

        Assert.AreEqual(inUse.Count + once.Count, measurements.Misses);
    }

    private static async Task<long> CountMissesAsync(IEnumerable<int> requests)
    {
        using var validator = PoolValidator.Create(Pool, options => options.TokenCache.MaximumEntries = Maximum);
        using var measurements = new CacheMeasurements();
        foreach (var request in requests)
        {
            Assert.IsTrue((await validator.ValidateAsync(Tokens.Value[request])).IsValid);
        }

        return measurements.Misses;
    }

    private static string CreateTokenOf4096Characters(CognitoTestPool pool, int user)
    {
        for (var length = 2000; ; length++)
        {
            string token = pool.IdToken("user" + user).WithCustomAttribute("long", new string('x', length));
            if (token.Length >= 4095)
            {
                Assert.IsTrue(token.Length <= 4096, $"{token.Length} characters");
                return token;
            }

            // Three bytes become four characters.
            length += Math.Max(0, ((4095 - token.Length) * 3 / 4) - 2);
        }
    }
}
