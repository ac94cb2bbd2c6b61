using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Keys;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace CognitoOwin.Tests.Validation;

/// <summary>Pools at run time: how an answer of the resolver is renewed, and what a change, a removal and a failure do.</summary>
[TestClass]
public sealed class UserPoolRenewalTests
{
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    [TestMethod]
    public async Task Pool_in_use_is_renewed_in_the_background_every_five_minutes()
    {
        using var app = new ResolverApp();
        var (tenant, token) = await app.AddKnownTenantAsync();

        app.Clock.Advance(RenewalInterval - TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.HasCount(1, app.Calls);

        // The request does not wait for the renewal, and there is only one at a time.
        var end = new TaskCompletionSource<CognitoUserPool?>();
        app.Resolve = (_, _) => end.Task;
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(tenant, "bob")));
        await app.WaitForCallsAsync(2);
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        end.SetResult(tenant.UserPool);

        Assert.HasCount(2, app.Calls);
        Assert.AreEqual(1, tenant.JwksFetches);
    }

    [TestMethod]
    public async Task Unchanged_pool_keeps_its_remembered_tokens_and_keys()
    {
        var runs = 0;
        using var app = new ResolverApp(options => options.Provider.OnProvisionUser = _ =>
        {
            Interlocked.Increment(ref runs);
            return Task.CompletedTask;
        });
        var tenant = app.AddTenant();
        tenant.UserPool.ClientIds = ["another", tenant.ClientId];
        string token = app.Token(tenant);
        Assert.AreEqual(200, await app.GetStatusAsync(token));

        for (var i = 2; i <= 4; i++)
        {
            // A database may return the rows in another order.
            tenant.UserPool.ClientIds = [.. tenant.UserPool.ClientIds.Reverse()];
            app.Clock.Advance(Idle);
            Assert.AreEqual(200, await app.GetStatusAsync(token));
            Assert.HasCount(i, app.Calls);
        }

        Assert.AreEqual(1, runs, "The handler runs once per token.");
        Assert.AreEqual(1, tenant.JwksFetches);
        Assert.IsEmpty(app.Log.GetTexts(ResolverApp.PoolChanged));
    }

    [TestMethod]
    public async Task Removed_pool_and_its_remembered_tokens_are_refused_after_the_renewal()
    {
        using var app = new ResolverApp();
        var (tenant, token) = await app.AddKnownTenantAsync();
        app.RemoveTenant(tenant);

        app.Clock.Advance(RenewalInterval);
        Assert.AreEqual(200, await app.GetStatusAsync(token), "This request starts the renewal.");
        await app.Log.WaitForAsync(ResolverApp.PoolChanged);

        Assert.AreEqual(401, await app.GetStatusAsync(token));
        Assert.AreEqual(401, await app.GetStatusAsync(app.Token(tenant, "bob")));
        Assert.HasCount(2, app.Calls);
        StringAssert.Contains(app.Log.GetTexts(ResolverApp.PoolChanged).Single(), "no longer has the user pool " + tenant.UserPool.UserPoolId);
    }

    [TestMethod]
    public async Task Request_waits_for_the_renewal_of_an_idle_pool()
    {
        using var app = new ResolverApp();
        var (removed, changed, same) = (app.AddTenant(), app.AddTenant(), app.AddTenant());
        string[] tokens = [app.Token(removed), app.Token(changed), app.Token(same)];
        foreach (var token in tokens)
        {
            Assert.AreEqual(200, await app.GetStatusAsync(token));
        }

        app.RemoveTenant(removed);
        changed.UserPool.ClientIds = ["another"];
        app.Clock.Advance(TimeSpan.FromHours(3));

        Assert.AreEqual(401, await app.GetStatusAsync(tokens[0]));
        Assert.AreEqual(401, await app.GetStatusAsync(tokens[1]));
        Assert.AreEqual(200, await app.GetStatusAsync(tokens[2]));
        Assert.HasCount(6, app.Calls);
    }

    [TestMethod]
    public async Task Concurrent_requests_of_an_idle_pool_share_its_renewal()
    {
        using var app = new ResolverApp();
        var (tenant, token) = await app.AddKnownTenantAsync();
        var end = new TaskCompletionSource<CognitoUserPool?>();
        app.Resolve = (_, _) => end.Task;
        app.Clock.Advance(Idle);

        var requests = Enumerable.Range(0, 100).Select(_ => app.GetStatusAsync(token)).ToArray();
        await app.WaitForCallsAsync(2);
        Assert.IsFalse(requests.Any(request => request.IsCompleted));
        end.SetResult(tenant.UserPool);

        Assert.IsTrue((await Task.WhenAll(requests)).All(status => status == 200));
        Assert.HasCount(2, app.Calls);
    }

    public static IEnumerable<object[]> Changes =>
    [
        ["clients", 401],
        ["kind of token", 401],
        ["groups", 403],
        ["issuers", 401],
        ["keys", 401],
        ["audiences", 200],
        ["scopes", 200],
        ["replicas", 200],
        ["name", 200],
        ["domain", 200],
        ["endpoint", 200],
    ];

    [TestMethod]
    [DynamicData(nameof(Changes))]
    public async Task Changed_pool_validates_remembered_tokens_again(string change, int expected)
    {
        using var app = new ResolverApp();
        var (tenant, token) = await app.AddKnownTenantAsync();
        var pool = tenant.UserPool;
        switch (change)
        {
            case "clients":
                pool.ClientIds = ["another"];
                break;
            case "kind of token":
                pool.TokenUse = CognitoTokenUse.Access;
                break;
            case "groups":
                pool.RequiredGroups = ["staff"];
                break;
            case "issuers":
                pool.Issuers = [pool.Issuers[1]];
                break;
            case "keys":
                pool.Jwks = CognitoTestPool.WriteJwks([TestSigningKey.Create()]);
                break;
            case "audiences":
                pool.Audiences = ["https://api.example.com"];
                break;
            case "scopes":
                pool.RequiredScopes = [];
                break;
            case "replicas":
                pool.ReplicaRegions = ["us-west-2"];
                break;
            case "name":
                pool.Name = "acme";
                break;
            case "domain":
                pool.Domain = new Uri("https://acme.auth.eu-west-1.amazoncognito.com");
                break;
            default:
                pool.Endpoint = new Uri("https://acme.example.com");
                break;
        }

        app.Clock.Advance(RenewalInterval);
        Assert.AreEqual(200, await app.GetStatusAsync(token), "This request starts the renewal.");
        await app.Log.WaitForAsync(ResolverApp.PoolChanged);

        Assert.AreEqual(expected, await app.GetStatusAsync(token));
        StringAssert.StartsWith(
            app.Log.GetTexts(ResolverApp.PoolChanged).Single(), "UserPoolResolver returned other settings for the user pool " + pool.UserPoolId);
    }

    [TestMethod]
    public async Task Changed_rules_need_no_new_keys()
    {
        using var app = new ResolverApp();
        var (tenant, token) = await app.AddKnownTenantAsync();
        tenant.FailJwks();
        tenant.UserPool.ClientIds.Add("another");
        app.Clock.Advance(Idle);

        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(200, await app.GetStatusAsync(tenant.IdToken().WithClaim("aud", "another")));
        Assert.AreEqual(1, tenant.JwksFetches);
    }

    [TestMethod]
    public async Task Unchanged_pool_needs_no_readable_file_at_its_renewal()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        var path = Path.GetTempFileName();
        File.WriteAllText(path, tenant.Jwks);
        tenant.UserPool.JwksFile = path;
        string token = app.Token(tenant);
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        File.Delete(path);
        app.Clock.Advance(Idle);

        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.HasCount(2, app.Calls);
    }

    [TestMethod]
    public async Task Wrong_pool_at_the_renewal_leaves_the_known_one_in_use()
    {
        // No refresh of the keys runs in the background while the clock advances.
        using var app = new ResolverApp(options => options.Keys.RefreshInterval = options.Keys.StaleLifetime);
        var (tenant, token) = await app.AddKnownTenantAsync();
        tenant.UserPool.ClientIds.Clear();

        for (var day = 1; day < 7; day++)
        {
            app.Clock.Advance(TimeSpan.FromDays(1));
            Assert.AreEqual(200, await app.GetStatusAsync(token));
            Assert.HasCount(1 + day, app.Calls);
        }

        app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.AreEqual(503, await app.GetStatusAsync(token));
        tenant.UserPool.ClientIds.Add(tenant.ClientId);
        Assert.AreEqual(503, await app.GetStatusAsync(token));
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
    }

    [TestMethod]
    public async Task Failing_resolver_leaves_known_pools_in_use_for_StaleLifetime()
    {
        using var app = new ResolverApp();
        var (tenant, token) = await app.AddKnownTenantAsync();
        var works = app.Resolve;
        app.Resolve = (_, _) => throw new InvalidOperationException("no database");

        for (var hour = 1; hour < 7 * 24; hour++)
        {
            app.Clock.Advance(TimeSpan.FromHours(1));
            Assert.AreEqual(200, await app.GetStatusAsync(token));
            Assert.AreEqual(200, await app.GetStatusAsync(tenant.IdToken()));
            Assert.HasCount(1 + hour, app.Calls);
        }

        app.Clock.Advance(TimeSpan.FromHours(1));
        Assert.AreEqual(503, await app.GetStatusAsync(token));
        app.Resolve = works;
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
    }

    [TestMethod]
    public async Task Failed_renewal_is_repeated_after_MinimumRefetchInterval()
    {
        using var app = new ResolverApp();
        var (tenant, token) = await app.AddKnownTenantAsync();
        app.Resolve = (_, _) => throw new InvalidOperationException("no database");
        app.Clock.Advance(Idle);
        Assert.AreEqual(200, await app.GetStatusAsync(token));

        app.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.HasCount(2, app.Calls);
        app.Resolve = (_, _) => Task.FromResult<CognitoUserPool?>(null);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, await app.GetStatusAsync(token), "This request starts the renewal.");
        await app.Log.WaitForAsync(ResolverApp.PoolChanged);

        Assert.AreEqual(401, await app.GetStatusAsync(token));
        Assert.HasCount(3, app.Calls);
        await app.Log.WaitForAsync(ResolverApp.LookupFailed);
        Assert.HasCount(1, app.Log.GetTexts(ResolverApp.LookupFailed));
    }

    [TestMethod]
    public async Task Hanging_renewal_delays_requests_for_FetchTimeout_once()
    {
        using var app = new ResolverApp();
        var (tenant, token) = await app.AddKnownTenantAsync();
        var works = app.Resolve;
        var end = new TaskCompletionSource<CognitoUserPool?>();
        app.Resolve = (_, _) => end.Task;
        app.Clock.Advance(Idle);

        var waiting = app.GetStatusAsync(token);
        await app.WaitForCallsAsync(2);
        app.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.AreEqual(200, await waiting);

        // While the call hangs, there is no other, and nobody waits.
        app.Clock.Advance(TimeSpan.FromHours(1));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(tenant, "bob")));
        Assert.HasCount(2, app.Calls);

        // When it has ended, renewals go on.
        app.RemoveTenant(tenant);
        app.Resolve = works;
        end.SetResult(tenant.UserPool);
        await app.WaitForStatusAsync(401, () =>
        {
            app.Clock.Advance(TimeSpan.FromSeconds(10));
            return token;
        });
    }

    [TestMethod]
    public async Task Pool_older_than_StaleLifetime_is_refused_while_its_renewal_hangs()
    {
        using var app = new ResolverApp();
        var (tenant, token) = await app.AddKnownTenantAsync();
        var end = new TaskCompletionSource<CognitoUserPool?>();
        app.Resolve = (_, _) => end.Task;
        app.Clock.Advance(Idle);
        var waiting = app.GetStatusAsync(token);
        await app.WaitForCallsAsync(2);
        app.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.AreEqual(200, await waiting);

        app.Clock.Advance(TimeSpan.FromDays(7));

        Assert.AreEqual(503, await app.GetStatusAsync(token));
        Assert.HasCount(2, app.Calls);
        end.SetResult(null);
    }

    [TestMethod]
    public async Task Short_StaleLifetime_renews_sooner()
    {
        using var app = new ResolverApp(options =>
        {
            options.Keys.RefreshInterval = TimeSpan.FromSeconds(10);
            options.Keys.StaleLifetime = TimeSpan.FromSeconds(20);
        });
        var (tenant, token) = await app.AddKnownTenantAsync();
        app.RemoveTenant(tenant);

        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        await app.Log.WaitForAsync(ResolverApp.PoolChanged);

        Assert.AreEqual(401, await app.GetStatusAsync(token));
    }

    [TestMethod]
    [DataRow("removed")]
    [DataRow("given other clients")]
    [DataRow("given another issuer")]
    public async Task Request_that_waits_for_keys_while_its_pool_changes_gets_503(string change)
    {
        using var app = new ResolverApp(options => options.Keys.FetchTimeout = TimeSpan.FromMinutes(1));
        var tenant = app.AddTenant();
        Assert.AreEqual(401, await app.GetStatusAsync(app.ForgeForId(tenant.UserPool.UserPoolId!)), "The pool is looked up.");
        var arrived = new Signal();
        var release = new TaskCompletionSource<bool>();
        tenant.OnJwksRequest = async (_, _) =>
        {
            arrived.Add();
            await release.Task;
            return IssuersApp.Json(tenant.Jwks);
        };

        app.Clock.Advance(RenewalInterval - TimeSpan.FromSeconds(1));
        var waiting = app.GetStatusAsync(app.Token(tenant));
        await arrived.WaitForAsync(1);
        var pool = new CognitoUserPool(tenant.UserPool.UserPoolId!, change == "given other clients" ? "another" : tenant.ClientId);
        if (change == "given another issuer")
        {
            pool.Issuers = [pool.Issuers[0]];
        }

        app.Resolve = (_, _) => Task.FromResult(change == "removed" ? null : pool);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(401, await app.GetStatusAsync(app.ForgeForId(tenant.UserPool.UserPoolId!)));
        await app.Log.WaitForAsync(ResolverApp.PoolChanged);
        release.SetResult(true);

        Assert.AreEqual(503, await waiting);
    }

    [TestMethod]
    public async Task Resolved_pools_share_one_metric_label_and_have_no_gauges()
    {
        var exported = new List<MetricSnapshot>();
        using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter(CognitoMeter.Name).AddInMemoryExporter(exported).Build();
        using var app = new ResolverApp();
        CognitoTestPool[] tenants = [app.AddTenant(), app.AddTenant()];
        foreach (var tenant in tenants)
        {
            Assert.AreEqual(200, await app.GetStatusAsync(app.Token(tenant)));
        }

        metrics.ForceFlush();

        var labels = exported.SelectMany(metric => ListPools(metric).Select(pool => (metric.Name, pool))).ToArray();
        Assert.IsFalse(labels.Any(label => tenants.Any(tenant => label.pool == tenant.UserPool.UserPoolId)));
        var shared = labels.Where(label => label.pool == "_resolved").Select(label => label.Name).ToArray();
        CollectionAssert.Contains(shared, "cognito_owin.jwks.fetch.duration");
        Assert.IsFalse(shared.Any(name => name is "cognito_owin.jwks.keys" or "cognito_owin.jwks.age"));
    }

    private static List<string?> ListPools(MetricSnapshot metric)
    {
        var pools = new List<string?>();
        foreach (var point in metric.MetricPoints)
        {
            foreach (var tag in point.Tags)
            {
                if (tag.Key == "cognito_owin.user_pool")
                {
                    pools.Add((string?)tag.Value);
                }
            }
        }

        return pools;
    }
}
