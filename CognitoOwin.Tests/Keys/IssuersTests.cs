using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Owin;
using Microsoft.Owin.Security.Jwt;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Keys;

/// <summary>A pool with several issuers: whose keys verify a token, and what an address that fails does to the others.</summary>
[TestClass]
public sealed class IssuersTests
{
    private const int FetchFailed = 101;
    private const int AddressUnused = 105;
    private const int OutageEnded = 106;

    [TestMethod]
    public async Task Token_of_every_issuer_of_the_pool_is_accepted()
    {
        using var app = new IssuersApp();
        foreach (var issuer in app.Pool.UserPool.Issuers)
        {
            Assert.AreEqual(200, await app.GetStatusAsync(app.Token(issuer)), issuer);
        }

        CollectionAssert.AreEqual(new[] { app.Original, app.Updated, app.Replica }, app.Fetches.ToArray());
    }

    [TestMethod]
    public async Task Switched_pool_keeps_its_old_tokens_and_gets_new_ones_accepted()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);
        string old = pool.IdToken();
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + old)).StatusCode);

        pool.UsesUpdatedIssuer = true;
        string fresh = pool.IdToken();

        StringAssert.StartsWith(pool.Issuer, "https://issuer-cognito-idp.");
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + fresh)).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + old)).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + pool.IdToken("bob").FromIssuer(pool.UserPool.Issuers[0]))).StatusCode);
    }

    [TestMethod]
    public async Task Replica_is_refused_without_ReplicaRegions()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);
        var replica = pool.Issuer.Replace(".eu-west-1.", ".us-west-2.");

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken().FromIssuer(replica));

        Assert.AreEqual(401, response.StatusCode);
        StringAssert.Contains(response.Header("WWW-Authenticate"), "The token is from another issuer.");
        Assert.AreEqual(0, pool.JwksFetches);
    }

    [TestMethod]
    public async Task Unused_address_with_403_leaves_the_pool_usable()
    {
        using var app = new IssuersApp(application: AnswerHealthAsync);
        app.Fail(app.Updated, HttpStatusCode.Forbidden);
        Assert.AreEqual(200, (await app.GetAsync("/", app.Token(app.Original))).StatusCode);

        // The pool's other keys decide about tokens of the unused issuer.
        Assert.AreEqual("alice 200", await DescribeAsync(app, app.Token(app.Updated)));
        Assert.AreEqual("nobody 200", await DescribeAsync(app, app.Token(app.Updated, TestSigningKey.Create())));

        Assert.AreEqual(0, app.Log.GetTexts(FetchFailed).Count);
        Assert.AreEqual(
            (TraceEventType.Information, AddressUnused),
            app.Log.Entries.Where(entry => entry.EventId == AddressUnused).Select(entry => (entry.Level, entry.EventId)).Single());
    }

    [TestMethod]
    public async Task Failure_of_an_unused_address_is_logged_once()
    {
        using var app = new IssuersApp();
        app.Fail(app.Updated, HttpStatusCode.NotFound);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Original)));
        for (var i = 1; i <= 5; i++)
        {
            Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Updated, username: "user" + i)));
            await app.WaitForFetchesAsync(1 + i);

            // An unknown key waits for the fetch that runs.
            Assert.AreEqual(401, await app.GetStatusAsync(app.Token(app.Updated, TestSigningKey.Create())));
            app.Clock.Advance(TimeSpan.FromSeconds(11));
        }

        Assert.AreEqual(1, app.Log.GetTexts(AddressUnused).Count);
    }

    [TestMethod]
    public async Task Flood_of_tokens_of_an_unused_issuer_costs_one_fetch_per_interval()
    {
        using var app = new IssuersApp();
        app.Fail(app.Updated, HttpStatusCode.Forbidden);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Original)));
        for (var i = 0; i < 50; i++)
        {
            Assert.AreEqual(401, await app.GetStatusAsync(app.Token(app.Updated, TestSigningKey.Create())));
        }

        Assert.AreEqual(1, app.CountFetches(app.Updated));
        Assert.AreEqual(2, app.CountFetches(app.Original));
        Assert.AreEqual(0, app.CountFetches(app.Replica));
    }

    [TestMethod]
    public async Task Keys_of_another_address_verify_tokens_while_the_own_one_fails()
    {
        using var app = new IssuersApp();
        app.Fail(app.Replica);

        // The other addresses were not fetched yet.
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Replica)));
        Assert.AreEqual(1, app.CountFetches(app.Original));

        // Known keys wait for no fetch, even while the own address hangs.
        app.Answer(app.Replica, () => new TaskCompletionSource<HttpResponseMessage>().Task);
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Replica, username: "bob")));
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Replica, app.Pool.AccessTokenKey)));
    }

    [TestMethod]
    public async Task Unknown_kid_of_a_failing_issuer_costs_one_fetch_per_address()
    {
        using var app = new IssuersApp();
        app.Fail(app.Replica);

        Assert.AreEqual(503, await app.GetStatusAsync(app.Token(app.Replica, TestSigningKey.Create())));
        Assert.AreEqual(503, await app.GetStatusAsync(app.Token(app.Replica, TestSigningKey.Create())));

        CollectionAssert.AreEquivalent(new[] { app.Replica, app.Original, app.Updated }, app.Fetches.ToArray());
    }

    [TestMethod]
    public async Task Process_that_starts_while_one_Region_is_down_serves_all_tokens()
    {
        using var app = new IssuersApp(options => options.Keys.Prefetch = true, AnswerHealthAsync);
        app.Fail(app.Original);
        await app.Log.WaitForAsync(100);

        Assert.AreEqual(200, (await app.GetAsync("/health")).StatusCode);
        foreach (var issuer in app.Pool.UserPool.Issuers)
        {
            Assert.AreEqual("alice 200", await DescribeAsync(app, app.Token(issuer)), issuer);
        }
    }

    [TestMethod]
    public async Task Prefetch_asks_the_original_address_and_then_the_updated_one()
    {
        var go = new TaskCompletionSource<HttpResponseMessage>();
        using var app = new IssuersApp(application: AnswerHealthAsync);
        app.Answer(app.Original, () => go.Task);
        Assert.AreEqual(503, (await app.GetAsync("/health")).StatusCode);
        Assert.AreEqual(503, (await app.GetAsync("/health")).StatusCode);
        await app.WaitForFetchesAsync(1);
        CollectionAssert.AreEqual(new[] { app.Original }, app.Fetches.ToArray());

        go.SetResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        await app.Log.WaitForAsync(100);

        CollectionAssert.AreEqual(new[] { app.Original, app.Updated }, app.Fetches.ToArray());
        Assert.AreEqual(200, (await app.GetAsync("/health")).StatusCode);
    }

    [TestMethod]
    public async Task Health_asks_no_unused_address_while_another_has_keys()
    {
        using var app = new IssuersApp(application: AnswerHealthAsync);
        app.Fail(app.Updated, HttpStatusCode.Forbidden);
        await app.GetAsync("/health");
        await app.Log.WaitForAsync(100);
        for (var i = 0; i < 5; i++)
        {
            Assert.AreEqual(200, (await app.GetAsync("/health")).StatusCode);
            app.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        CollectionAssert.AreEqual(new[] { app.Original }, app.Fetches.ToArray());
    }

    [TestMethod]
    [DataRow(HttpStatusCode.Forbidden)]
    [DataRow(HttpStatusCode.InternalServerError)]
    public async Task Pool_without_keys_at_any_address_gives_503_and_an_error(HttpStatusCode status)
    {
        using var app = new IssuersApp(application: AnswerHealthAsync);
        foreach (var issuer in app.Pool.UserPool.Issuers)
        {
            app.Fail(issuer, status);
        }

        Assert.AreEqual("nobody 503", await DescribeAsync(app, app.Token(app.Updated)));
        Assert.AreEqual(503, (await app.GetAsync("/health")).StatusCode);
        Assert.AreEqual(3, app.Log.Entries.Count(entry => entry.EventId == FetchFailed && entry.Level == TraceEventType.Error));
        StringAssert.Contains(app.Log.GetTexts(FetchFailed)[0], "from " + app.Updated + "/.well-known/jwks.json");
        Assert.AreEqual(0, app.Log.GetTexts(AddressUnused).Count);
    }

    [TestMethod]
    public async Task End_of_an_outage_is_logged_once()
    {
        using var app = new IssuersApp();
        app.Fail(app.Original);
        app.Fail(app.Updated);
        app.Fail(app.Replica);
        Assert.AreEqual(503, await app.GetStatusAsync(app.Token(app.Original)));
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        app.Restore(app.Original);
        app.Restore(app.Updated);

        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Original)));
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Updated)));

        Assert.AreEqual(1, app.Log.GetTexts(OutageEnded).Count);
    }

    [TestMethod]
    public async Task Key_of_another_pool_never_verifies()
    {
        using var other = new CognitoTestPool();
        using var app = new IssuersApp(options =>
        {
            options.UserPools.Add(new CognitoUserPool(other.UserPool.UserPoolId!, other.ClientId) { Jwks = other.Jwks });
        });
        foreach (var issuer in app.Pool.UserPool.Issuers)
        {
            app.Fail(issuer);
        }

        other.TimeProvider = app.Clock;
        Assert.AreEqual(200, await app.GetStatusAsync(other.IdToken()));
        Assert.AreEqual(503, await app.GetStatusAsync(app.Token(app.Original, other.IdTokenKey)));
    }

    [TestMethod]
    public async Task Key_missing_from_a_newer_answer_of_another_address_is_used_again_only_after_the_own_address_lists_it()
    {
        using var app = new IssuersApp();
        var (leaked, kept) = (app.Pool.IdTokenKey, app.Pool.AccessTokenKey);
        string seen = app.Token(app.Original, leaked);
        Assert.AreEqual(200, await app.GetStatusAsync(seen));

        // The key is rotated. Only the updated address is fetched after that.
        app.Serve(app.Updated, kept);
        app.Fail(app.Original);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Updated, kept)));

        Assert.AreEqual(503, await app.GetStatusAsync(seen), "A cached token.");
        Assert.AreEqual(503, await app.GetStatusAsync(app.Token(app.Original, leaked, "bob")));
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Original, kept)), "The other key is still good.");

        // A later answer of another address does not bring it back.
        app.Serve(app.Replica, leaked, kept);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Replica, leaked)));
        Assert.AreEqual(503, await app.GetStatusAsync(seen));

        app.Serve(app.Original, leaked, kept);
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(seen));
    }

    [TestMethod]
    public async Task Dropped_key_is_unknown_when_the_own_address_lists_it_no_more()
    {
        using var app = new IssuersApp();
        var (leaked, kept) = (app.Pool.IdTokenKey, app.Pool.AccessTokenKey);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Original, leaked)));
        app.Serve(app.Original, kept);
        app.Serve(app.Updated, kept);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Updated, kept)));

        Assert.AreEqual(401, await app.GetStatusAsync(app.Token(app.Original, leaked)));
        Assert.AreEqual(2, app.CountFetches(app.Original));
    }

    [TestMethod]
    public async Task Answer_of_a_fetch_that_began_before_does_not_revive_a_dropped_key()
    {
        using var app = new IssuersApp();
        var (leaked, kept) = (app.Pool.IdTokenKey, app.Pool.AccessTokenKey);
        var slow = new TaskCompletionSource<HttpResponseMessage>();
        app.Answer(app.Original, () => slow.Task);
        var waiting = app.GetStatusAsync(app.Token(app.Original, leaked));
        await app.WaitForFetchesAsync(1);

        app.Serve(app.Updated, kept);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Updated, kept)));
        slow.SetResult(IssuersApp.Json(CognitoTestPool.WriteJwks([leaked, kept])));

        Assert.AreEqual(401, await waiting);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Original, kept)));
    }

    [TestMethod]
    public async Task Successful_fetch_renews_the_kept_keys_of_the_other_addresses()
    {
        using var app = new IssuersApp();
        string token = app.Token(app.Original);
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        app.Fail(app.Original);
        for (var day = 0; day < 8; day++)
        {
            app.Clock.Advance(TimeSpan.FromDays(1));
            await app.GetStatusAsync(app.Token(app.Updated));
            await app.Log.WaitForAsync(100, 2 + day);
        }

        Assert.AreEqual(200, await app.GetStatusAsync(token));

        app.Fail(app.Updated);
        app.Fail(app.Replica);
        app.Clock.Advance(TimeSpan.FromDays(7));
        Assert.AreEqual(503, await app.GetStatusAsync(token));
    }

    [TestMethod]
    public async Task Tokens_that_rely_on_another_address_keep_its_keys_up_to_date()
    {
        using var app = new IssuersApp();
        app.Fail(app.Updated, HttpStatusCode.Forbidden);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Original)));
        string token = app.Token(app.Updated);
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        app.Serve(app.Original, app.Pool.AccessTokenKey);

        app.Clock.Advance(TimeSpan.FromDays(1));
        await app.GetStatusAsync(token);
        await app.Log.WaitForAsync(100, 2);

        Assert.AreEqual(401, await app.GetStatusAsync(token));
    }

    [TestMethod]
    public async Task JwksUri_gives_the_keys_for_every_issuer()
    {
        using var app = new KeysApp(options => options.UserPools[0].ReplicaRegions = ["us-west-2"]);
        foreach (var issuer in app.Pool.UserPool.Issuers)
        {
            Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken().FromIssuer(issuer)));
        }

        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Without_caching_each_token_fetches_its_own_address_or_another()
    {
        using var app = new IssuersApp(options => options.Keys.CachingEnabled = false);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Original)));
        app.Fail(app.Updated, HttpStatusCode.Forbidden);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Updated)));
        Assert.AreEqual(401, await app.GetStatusAsync(app.Token(app.Updated, TestSigningKey.Create())));
        app.Fail(app.Original);
        app.Fail(app.Replica);

        Assert.AreEqual(503, await app.GetStatusAsync(app.Token(app.Original)));
        Assert.AreEqual(503, await app.GetStatusAsync(app.Token(app.Updated)));
    }

    [TestMethod]
    public async Task CreateAll_gives_Katana_a_provider_for_each_issuer()
    {
        using var pool = new CognitoTestPool();
        var providers = CognitoIssuerSecurityKeyProvider.CreateAll(
            pool.UserPool, new CognitoKeysOptions { HttpMessageHandler = pool.JwksEndpoint });
        using var host = OwinTestHost.Start(app =>
        {
            app.UseJwtBearerAuthentication(new JwtBearerAuthenticationOptions
            {
                AllowedAudiences = [pool.ClientId],
                IssuerSecurityKeyProviders = providers,
            });
            app.Run(ProtectedApp.AnswerAsync);
        });

        CollectionAssert.AreEqual(pool.UserPool.Issuers.ToArray(), providers.Select(provider => provider.Issuer).ToArray());
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + pool.IdToken())).StatusCode);
        pool.UsesUpdatedIssuer = true;
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + pool.IdToken())).StatusCode);
        Assert.AreEqual(401, (await host.GetAsync("/", "Bearer " + pool.IdToken().FromIssuer("https://attacker.example"))).StatusCode);
        providers[0].Dispose();
    }

    [TestMethod]
    public void Provider_of_an_issuer_whose_address_fails_uses_the_keys_of_another()
    {
        using var pool = new CognitoTestPool();
        using var updated = CognitoIssuerSecurityKeyProvider.CreateAll(
            pool.UserPool, new CognitoKeysOptions { HttpMessageHandler = pool.JwksEndpoint })[1];

        Assert.AreEqual(2, updated.SecurityKeys.Count());
        Assert.AreEqual(pool.IdTokenKey.Id, updated.ResolveSigningKeys(null, null, pool.IdTokenKey.Id, null).Single().KeyId);
        Assert.AreEqual(0, updated.ResolveSigningKeys(null, null, "invented", null).Count());
        Assert.IsTrue(updated.GetHealth().IsUsable);
    }

    [TestMethod]
    public async Task Health_names_the_pool_by_its_id()
    {
        using var app = new IssuersApp(application: async context =>
        {
            var health = context.GetCognitoHealth().Pools.Single();
            await context.Response.WriteAsync($"{health.UserPoolId} {health.KeyCount} {health.LastFetchSucceeded} {health.LastFailure}");
        });
        app.Fail(app.Original);
        await app.GetAsync("/", app.Token(app.Original));

        var response = await app.GetAsync("/");

        Assert.AreEqual($"{app.Pool.UserPool.UserPoolId} 2 True ", response.Body);
    }

    [TestMethod]
    public async Task Person_with_tokens_of_every_issuer_is_one_user()
    {
        var seen = new List<string>();
        using var app = new IssuersApp(
            options => options.Provider.OnProvisionUser = context =>
            {
                seen.Add($"{context.UserPoolId} {context.Subject} {context.UserPool.Name}");
                return Task.CompletedTask;
            },
            context =>
            {
                var user = context.Authentication.User;
                return context.Response.WriteAsync($"{user.GetCognitoUserPoolId()} {user.GetCognitoSubject()} {user.GetCognitoUserPool()}");
            });
        foreach (var issuer in app.Pool.UserPool.Issuers)
        {
            var response = await app.GetAsync("/", app.Token(issuer));
            Assert.AreEqual(seen.Last(), response.Body);
        }

        Assert.AreEqual(3, seen.Count);
        Assert.AreEqual(1, seen.Distinct().Count());
    }

    [TestMethod]
    public async Task Handler_runs_for_one_user_at_a_time_whatever_the_issuer()
    {
        var go = new TaskCompletionSource<bool>();
        var running = 0;
        var most = 0;
        using var app = new IssuersApp(options => options.Provider.OnProvisionUser = async _ =>
        {
            most = Math.Max(most, System.Threading.Interlocked.Increment(ref running));
            await go.Task;
            System.Threading.Interlocked.Decrement(ref running);
        });

        var requests = app.Pool.UserPool.Issuers.Select(issuer => app.GetStatusAsync(app.Token(issuer))).ToArray();
        await app.WaitForFetchesAsync(3);
        go.SetResult(true);

        Assert.IsTrue((await Task.WhenAll(requests)).All(status => status == 200));
        Assert.AreEqual(1, most);
    }

    [TestMethod]
    public async Task Health_tells_usable_degraded_and_unusable_apart()
    {
        using var app = new IssuersApp(application: async context =>
        {
            var health = context.GetCognitoHealth();
            await context.Response.WriteAsync($"{health.IsUsable} {health.IsDegraded} {health.Pools[0].IsDegraded}");
        });
        Assert.AreEqual("False False False", (await app.GetAsync("/")).Body);
        await app.Log.WaitForAsync(100);
        Assert.AreEqual("True False False", (await app.GetAsync("/")).Body);

        app.Fail(app.Original);
        app.Clock.Advance(TimeSpan.FromDays(1));
        await app.GetAsync("/");
        await app.Log.WaitForAsync(FetchFailed);
        Assert.AreEqual("True True True", (await app.GetAsync("/")).Body);

        app.Clock.Advance(TimeSpan.FromDays(7));
        Assert.AreEqual("False False False", (await app.GetAsync("/")).Body);
    }

    private static async Task AnswerHealthAsync(IOwinContext context)
    {
        if (context.Request.Path.Value == "/health")
        {
            context.Response.StatusCode = context.GetCognitoHealth().IsUsable ? 200 : 503;
            return;
        }

        await ProtectedApp.AnswerAsync(context);
    }

    private static async Task<string> DescribeAsync(IssuersApp app, string token)
    {
        var response = await app.GetAsync("/open", token);
        var closed = await app.GetAsync("/", token);
        return closed.StatusCode == 503 ? response.Body + " 503" : $"{response.Body} {response.StatusCode}";
    }
}
