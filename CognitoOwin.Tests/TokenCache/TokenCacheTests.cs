using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Security.Claims;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Validation;
using Microsoft.Extensions.Time.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.TokenCache;

/// <summary>
/// The cache of validated tokens. If the cache has a token, the validator returns the same result object again.
/// </summary>
[TestClass]
[DoNotParallelize]
public sealed class TokenCacheTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    [TestMethod]
    public async Task Accepted_token_is_found_again()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool);
        string token = pool.IdToken();

        var first = await validator.ValidateAsync(token);
        var second = await validator.ValidateAsync(new string(token.ToCharArray()));

        Assert.IsTrue(first.IsValid);
        Assert.AreSame(first, second);
    }

    [TestMethod]
    public async Task Token_that_differs_in_one_character_is_not_found()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool);
        string token = pool.IdToken();
        Assert.IsTrue((await validator.ValidateAsync(token)).IsValid);

        // Change each character once, in the header, the payload and the signature.
        for (var i = 0; i < token.Length; i++)
        {
            if (token[i] == '.')
            {
                continue;
            }

            var changed = token.Substring(0, i) + (token[i] == 'A' ? 'B' : 'A') + token.Substring(i + 1);
            Assert.IsFalse((await validator.ValidateAsync(changed)).IsValid, $"Character {i} is changed.");
        }

        Assert.IsFalse((await validator.ValidateAsync(token + "A")).IsValid);
        Assert.IsFalse((await validator.ValidateAsync("A" + token)).IsValid);
        Assert.IsFalse((await validator.ValidateAsync(token.Substring(1))).IsValid);
    }

    [TestMethod]
    public async Task Token_is_forgotten_when_it_expires_clock_skew_included()
    {
        using var pool = new CognitoTestPool { TimeProvider = _time };
        using var validator = PoolValidator.Create(pool, options => options.ClockSkew = TimeSpan.FromSeconds(60));
        string token = pool.IdToken().WithLifetime(TimeSpan.FromMinutes(5));
        var first = await validator.ValidateAsync(token);

        _time.Advance(TimeSpan.FromSeconds((5 * 60) + 58));
        Assert.AreSame(first, await validator.ValidateAsync(token));

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.AreEqual(TokenRejection.Expired, (await validator.ValidateAsync(token)).Rejection);
    }

    [TestMethod]
    public async Task Token_is_forgotten_when_its_key_is_dropped()
    {
        using var pool = new CognitoTestPool { TimeProvider = _time };
        using var validator = PoolValidator.Create(pool);
        string old = pool.IdToken().WithLifetime(TimeSpan.FromDays(30));
        Assert.IsTrue((await validator.ValidateAsync(old)).IsValid);

        pool.RotateKeys();
        pool.DropOldKeys();
        Assert.IsTrue((await validator.ValidateAsync(pool.IdToken())).IsValid, "The new key is fetched immediately.");

        Assert.AreEqual(TokenRejection.UnknownKey, (await validator.ValidateAsync(old)).Rejection);
    }

    [TestMethod]
    public async Task Token_is_found_again_after_its_keys_were_too_old()
    {
        using var pool = new CognitoTestPool { TimeProvider = _time };
        using var validator = PoolValidator.Create(pool);
        string token = pool.IdToken().WithLifetime(TimeSpan.FromDays(30));
        var first = await validator.ValidateAsync(token);
        pool.FailJwks();
        _time.Advance(TimeSpan.FromDays(8));
        Assert.AreEqual(TokenRejection.KeysUnavailable, (await validator.ValidateAsync(token)).Rejection);

        pool.RestoreJwks();
        _time.Advance(TimeSpan.FromSeconds(11));

        Assert.AreSame(first, await validator.ValidateAsync(token));
    }

    [TestMethod]
    public async Task Token_is_remembered_again_after_the_pool_lists_its_key_again()
    {
        using var pool = new CognitoTestPool { TimeProvider = _time };
        using var handler = new JwksHandler { Jwks = pool.Jwks };
        using var validator = PoolValidator.Create(pool, options => options.Keys.HttpMessageHandler = handler);
        using var measurements = new CacheMeasurements();
        var before = measurements.Entries;
        string token = pool.IdToken().WithLifetime(TimeSpan.FromDays(30));
        var first = await validator.ValidateAsync(token);
        pool.RotateKeys();
        pool.DropOldKeys();
        (var listed, handler.Jwks) = (handler.Jwks, pool.Jwks);
        Assert.IsTrue((await validator.ValidateAsync(pool.IdToken())).IsValid);
        Assert.AreEqual(TokenRejection.UnknownKey, (await validator.ValidateAsync(token)).Rejection);

        handler.Jwks = listed;
        _time.Advance(TimeSpan.FromSeconds(11));
        var again = await validator.ValidateAsync(token);

        Assert.IsTrue(again.IsValid);
        Assert.AreNotSame(first, again);
        Assert.AreSame(again, await validator.ValidateAsync(token));
        Assert.AreEqual(2, measurements.Entries - before);
    }

    [TestMethod]
    public async Task Refresh_with_the_same_keys_forgets_no_token()
    {
        using var pool = new CognitoTestPool { TimeProvider = _time };
        using var validator = PoolValidator.Create(pool);
        string token = pool.IdToken().WithLifetime(TimeSpan.FromDays(30));
        var first = await validator.ValidateAsync(token);

        pool.RotateKeys();
        Assert.IsTrue((await validator.ValidateAsync(pool.IdToken())).IsValid);

        Assert.AreSame(first, await validator.ValidateAsync(token));
    }

    [TestMethod]
    public async Task Another_validator_applies_its_own_rules()
    {
        using var pool = new CognitoTestPool();
        using var lenient = PoolValidator.Create(pool);
        using var strict = PoolValidator.Create(pool, options => options.RequiredGroups = ["admins"]);
        string token = pool.IdToken().WithGroups("staff");

        Assert.IsTrue((await lenient.ValidateAsync(token)).IsValid);
        Assert.AreEqual(TokenRejection.GroupMissing, (await strict.ValidateAsync(token)).Rejection);
    }

    [TestMethod]
    public async Task Rejection_is_not_remembered()
    {
        using var pool = new CognitoTestPool { TimeProvider = _time };
        using var validator = PoolValidator.Create(pool, options => options.ClockSkew = TimeSpan.Zero);
        using var measurements = new CacheMeasurements();
        var tomorrow = _time.GetUtcNow().AddDays(1);
        string early = pool.IdToken().WithLifetime(tomorrow, TimeSpan.FromHours(1));
        string forged = pool.IdToken().ForgedWith(TestSigningKey.Create());
        var entries = measurements.Entries;

        Assert.AreEqual(TokenRejection.IssuedInTheFuture, (await validator.ValidateAsync(early)).Rejection);
        Assert.AreEqual(TokenRejection.InvalidSignature, (await validator.ValidateAsync(forged)).Rejection);
        Assert.AreEqual(entries, measurements.Entries);

        _time.Advance(TimeSpan.FromDays(1));
        Assert.IsTrue((await validator.ValidateAsync(early)).IsValid, "The token is valid by now.");
    }

    [TestMethod]
    public async Task Token_rejected_during_an_outage_is_accepted_afterwards()
    {
        using var pool = new CognitoTestPool { TimeProvider = _time };
        using var validator = PoolValidator.Create(pool);
        string token = pool.IdToken();
        pool.FailJwks();
        Assert.AreEqual(TokenRejection.KeysUnavailable, (await validator.ValidateAsync(token)).Rejection);

        pool.RestoreJwks();
        _time.Advance(TimeSpan.FromSeconds(11));

        Assert.IsTrue((await validator.ValidateAsync(token)).IsValid);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(5)]
    [DataRow(8)]
    public async Task Flood_of_valid_tokens_stays_within_MaximumEntries(int maximum)
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = maximum);
        using var measurements = new CacheMeasurements();
        var before = measurements.Entries;

        for (var i = 0; i < 20; i++)
        {
            Assert.IsTrue((await validator.ValidateAsync(pool.IdToken("user" + i))).IsValid);
            Assert.IsTrue(measurements.Entries - before <= maximum, $"{measurements.Entries - before} entries");
        }

        Assert.AreEqual(20, measurements.Evictions + measurements.Entries - before);
    }

    [TestMethod]
    public async Task Flood_from_many_threads_stays_within_MaximumEntries()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = 6);
        using var measurements = new CacheMeasurements();
        var before = measurements.Entries;
        string[] tokens = [.. Enumerable.Range(0, 24).Select(i => pool.IdToken("user" + i).ToString())];

        var withinMaximum = await Task.WhenAll(Enumerable.Range(0, 4).Select(start => Task.Run(async () =>
        {
            for (var i = 0; i < 400; i++)
            {
                Assert.IsTrue((await validator.ValidateAsync(tokens[(start + (i * (start + 1))) % tokens.Length])).IsValid);
            }

            return measurements.Entries - before <= 6;
        })));

        CollectionAssert.DoesNotContain(withinMaximum, false);
    }

    [TestMethod]
    public async Task Long_token_counts_as_several_entries()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = 16);
        using var measurements = new CacheMeasurements();
        var before = measurements.Entries;

        for (var i = 0; i < 12; i++)
        {
            string token = pool.IdToken("user" + i).WithCustomAttribute("long", new string('x', 6000));
            Assert.IsTrue(token.Length is > 8192 and <= 12288, $"{token.Length} characters");
            Assert.IsTrue((await validator.ValidateAsync(token)).IsValid);
        }

        // Each token counts as three entries, because it has up to three times 4,096 characters.
        Assert.AreEqual(5, measurements.Entries - before);
    }

    [TestMethod]
    public async Task Long_token_replaces_as_many_others_as_it_counts_for()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = 6);
        using var measurements = new CacheMeasurements();
        var before = measurements.Entries;
        for (var i = 0; i < 6; i++)
        {
            await validator.ValidateAsync(pool.IdToken("user" + i));
        }

        string token = pool.IdToken().WithCustomAttribute("long", new string('x', 6000));
        var first = await validator.ValidateAsync(token);

        Assert.AreEqual(4, measurements.Entries - before);
        Assert.AreSame(first, await validator.ValidateAsync(token));
        for (var i = 0; i < 12; i++)
        {
            await validator.ValidateAsync(pool.IdToken("other" + i));
        }

        Assert.AreEqual(6, measurements.Entries - before);
    }

    [TestMethod]
    public async Task Longest_token_is_remembered_alone_in_a_small_cache()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = 1);
        string token = pool.IdToken().WithCustomAttribute("long", new string('x', 6000));

        Assert.AreSame(await validator.ValidateAsync(token), await validator.ValidateAsync(token));
    }

    [TestMethod]
    public async Task Expired_tokens_make_room_before_live_ones()
    {
        using var pool = new CognitoTestPool { TimeProvider = _time };
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = 4);
        string live = pool.IdToken("live").WithLifetime(TimeSpan.FromHours(10));
        var first = await validator.ValidateAsync(live);
        string[] brief = [.. Enumerable.Range(0, 3).Select(i => pool.IdToken("brief" + i).WithLifetime(TimeSpan.FromHours(1)).ToString())];
        foreach (var token in brief.Concat(brief))
        {
            Assert.IsTrue((await validator.ValidateAsync(token)).IsValid);
        }

        Assert.AreSame(first, await validator.ValidateAsync(live));
        _time.Advance(TimeSpan.FromHours(2));
        for (var i = 0; i < 3; i++)
        {
            await validator.ValidateAsync(pool.IdToken("user" + i).WithLifetime(TimeSpan.FromHours(10)));
        }

        Assert.AreSame(first, await validator.ValidateAsync(live));
    }

    [TestMethod]
    public async Task Token_in_use_survives_a_flood_of_others()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = 4);
        string used = pool.IdToken();
        var first = await validator.ValidateAsync(used);

        for (var i = 0; i < 12; i++)
        {
            await validator.ValidateAsync(pool.IdToken("user" + i));
            Assert.AreSame(first, await validator.ValidateAsync(used));
        }
    }

    [TestMethod]
    public async Task Changing_the_identity_affects_no_other_request()
    {
        using var pool = new CognitoTestPool();
        var seen = new List<(ClaimsIdentity Identity, string[] Claims)>();
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(pool.Configure);
            app.Run(context =>
            {
                var identity = (ClaimsIdentity)context.Authentication.User.Identity;
                seen.Add((identity, [.. identity.Claims.Select(claim => claim.ToString())]));
                identity.AddClaim(new Claim(ClaimTypes.Role, "administrator"));
                identity.RemoveClaim(identity.FindFirst("email"));
                identity.FindFirst("sub").Properties["mark"] = "mine";
                identity.Label = "mine";
                return Task.CompletedTask;
            });
        });
        var authorization = "Bearer " + pool.IdToken().WithGroups("staff");

        for (var i = 0; i < 3; i++)
        {
            await host.GetAsync("/", authorization);
        }

        Assert.AreEqual(3, seen.Select(request => request.Identity).Distinct().Count());
        CollectionAssert.AreEqual(seen[0].Claims, seen[1].Claims);
        CollectionAssert.AreEqual(seen[0].Claims, seen[2].Claims);
        var claims = seen.SelectMany(request => request.Identity.Claims).ToList();
        Assert.AreEqual(claims.Count, claims.Distinct(ReferenceComparer.Instance).Count(), "No two requests share a claim.");
        Assert.IsTrue(seen.All(request => request.Identity.Claims.All(claim => claim.Subject == request.Identity)));
    }

    [TestMethod]
    public async Task Disabled_cache_validates_every_time()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.Enabled = false);
        using var measurements = new CacheMeasurements();
        string token = pool.IdToken();

        var first = await validator.ValidateAsync(token);
        var second = await validator.ValidateAsync(token);

        Assert.IsTrue(first.IsValid && second.IsValid);
        Assert.AreNotSame(first, second);
        Assert.AreEqual(0, measurements.Hits + measurements.Misses);
    }

    [TestMethod]
    public async Task Concurrent_requests_of_a_new_token_verify_it_once()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool);
        await validator.ValidateAsync(pool.IdToken("first"));
        for (var round = 0; round < 5; round++)
        {
            string token = pool.IdToken("user" + round);
            using var start = new ManualResetEventSlim();
            var results = new CognitoTokenValidationResult[8];
            var threads = results.Select((_, i) => new Thread(() =>
            {
                start.Wait();
                results[i] = validator.ValidateAsync(token).GetAwaiter().GetResult();
            })).ToList();
            threads.ForEach(thread => thread.Start());

            start.Set();
            threads.ForEach(thread => thread.Join());

            Assert.IsTrue(results[0].IsValid);
            Assert.AreEqual(1, results.Distinct().Count());
        }
    }

    [TestMethod]
    public async Task Concurrent_requests_of_a_new_token_provision_it_once()
    {
        using var pool = new CognitoTestPool();
        var runs = 0;
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnProvisionUser = async _ =>
        {
            Interlocked.Increment(ref runs);
            await Task.Yield();
        });
        var authorization = "Bearer " + pool.IdToken("alice");

        var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => host.GetAsync("/", authorization))));

        Assert.IsTrue(responses.All(response => response.StatusCode == 200 && response.Body == "alice"));
        Assert.AreEqual(1, runs);
    }

    [TestMethod]
    public async Task Metrics_count_hits_misses_entries_and_evictions()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = 2);
        using var measurements = new CacheMeasurements();
        var before = measurements.Entries;
        string[] tokens = [pool.IdToken("a"), pool.IdToken("b"), pool.IdToken("c")];

        await validator.ValidateAsync(tokens[0]);
        await validator.ValidateAsync(tokens[0]);
        await validator.ValidateAsync(tokens[1]);
        await validator.ValidateAsync(tokens[2]);
        await validator.ValidateAsync("nonsense");

        Assert.AreEqual(1, measurements.Hits);
        Assert.AreEqual(4, measurements.Misses);
        Assert.AreEqual(2, measurements.Entries - before);
        Assert.AreEqual(1, measurements.Evictions);
    }

    [TestMethod]
    public async Task Disposed_validator_is_not_counted_and_still_finds_its_tokens()
    {
        using var pool = new CognitoTestPool();
        using var measurements = new CacheMeasurements();
        string token = pool.IdToken();
        var before = measurements.Entries;
        var validator = PoolValidator.Create(pool);
        var first = await validator.ValidateAsync(token);
        Assert.AreEqual(before + 1, measurements.Entries);

        validator.Dispose();

        Assert.AreEqual(before, measurements.Entries);
        Assert.AreSame(first, await validator.ValidateAsync(token));
    }

    private sealed class JwksHandler : HttpMessageHandler
    {
        public string Jwks { get; set; } = "";

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent(Jwks, Encoding.UTF8, "application/json") });
    }

    private sealed class ReferenceComparer : IEqualityComparer<Claim>
    {
        public static readonly ReferenceComparer Instance = new();

        public bool Equals(Claim? x, Claim? y) => ReferenceEquals(x, y);

        public int GetHashCode(Claim obj) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj);
    }
}
