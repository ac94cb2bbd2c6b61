using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Keys;
using CognitoOwin.Tests.Requests;
using Microsoft.Owin;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Validation;

/// <summary>Pools at run time: which pools the resolver is asked for, and which of its answers are used.</summary>
[TestClass]
public sealed class UserPoolResolverTests
{
    private const string InventedId = "eu-west-1_Invented1";
    private static readonly TimeSpan RefetchInterval = TimeSpan.FromSeconds(10);

    [TestMethod]
    public async Task Tokens_of_a_resolved_pool_are_accepted_after_one_look_up()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        string old = app.Token(tenant);
        tenant.UsesUpdatedIssuer = true;
        string[] tokens = [old, app.Token(tenant, "bob"), tenant.AccessToken(), app.Token(app.Configured)];

        foreach (var token in tokens)
        {
            Assert.AreEqual(200, await app.GetStatusAsync(token));
        }

        CollectionAssert.AreEqual(new[] { tenant.UserPool.UserPoolId }, app.Calls.ToArray());
    }

    [TestMethod]
    public async Task User_of_a_resolved_pool_has_its_name_id_and_pool()
    {
        CognitoUserPool? provisioned = null;
        using var app = new ResolverApp(
            options => options.Provider.OnProvisionUser = context =>
            {
                provisioned = context.UserPool;
                return Task.CompletedTask;
            },
            context => context.Response.WriteAsync(
                context.Authentication.User.GetCognitoUserPool() + " " + context.Authentication.User.GetCognitoUserPoolId()));
        var tenant = app.AddTenant();
        var id = tenant.UserPool.UserPoolId;

        Assert.AreEqual($"{id} {id}", (await app.GetAsync(app.Token(tenant))).Body);
        tenant.UserPool.Name = "acme";
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.AreEqual($"acme {id}", (await app.GetAsync(app.Token(tenant))).Body);
        Assert.AreEqual("acme", provisioned!.Name);
    }

    [TestMethod]
    public async Task Unknown_pool_gets_401_and_is_looked_up_again_after_ten_seconds()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        string token = app.Token(tenant);
        app.RemoveTenant(tenant);

        for (var i = 0; i < 3; i++)
        {
            var response = await app.GetAsync(token);
            Assert.AreEqual(401, response.StatusCode);
            StringAssert.Contains(response.Header("WWW-Authenticate"), "The token is from another issuer.");
        }

        Assert.HasCount(1, app.Calls);
        app.Clock.Advance(RefetchInterval);
        Assert.AreEqual(401, await app.GetStatusAsync(token));
        Assert.HasCount(2, app.Calls);
    }

    [TestMethod]
    public async Task New_tenant_is_accepted_when_the_null_is_forgotten()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        app.RemoveTenant(tenant);
        Assert.AreEqual(401, await app.GetStatusAsync(app.Token(tenant)));
        app.Resolve = (_, _) => Task.FromResult<CognitoUserPool?>(WithKeys(tenant));

        app.Clock.Advance(RefetchInterval);

        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(tenant)));
    }

    [TestMethod]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/ID/")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/ID?x")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/ID#x")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/ID\n")]
    [DataRow(" https://cognito-idp.eu-west-1.amazonaws.com/ID")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/x/ID")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com//ID")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/..%2fID")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com./ID")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com:443/ID")]
    [DataRow("https://x@cognito-idp.eu-west-1.amazonaws.com/ID")]
    [DataRow("http://cognito-idp.eu-west-1.amazonaws.com/ID")]
    [DataRow("HTTPS://cognito-idp.eu-west-1.amazonaws.com/ID")]
    [DataRow("https://Cognito-idp.eu-west-1.amazonaws.com/ID")]
    [DataRow("https://cognito-idp.EU-WEST-1.amazonaws.com/ID")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com.evil.example/ID")]
    [DataRow("https://cognito-idp.eu-west-1.evil.example/ID")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com.cn/ID")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.eu/ID")]
    [DataRow("https://evil-cognito-idp.eu-west-1.amazonaws.com/ID")]
    [DataRow("https://issuer-cognito-idp.us-west-2.amazonaws.com/ID")]
    [DataRow("https://cognito-idp.cn-north-1.amazonaws.com.cn/ID")]
    [DataRow("https://cognito-idp.cn-north-1.amazonaws.com/ID")]
    [DataRow("https://cognito-idp-fips.eu-west-1.amazonaws.com/ID")]
    [DataRow("https://cognito-idp..eu-west-1.amazonaws.com/ID")]
    [DataRow("https://cognito-idp.eu-west-1x.amazonaws.com/ID")]
    [DataRow("https://cognito-ıdp.eu-west-1.amazonaws.com/ID")]
    [DataRow("https://cognito-idp.eu-wеst-1.amazonaws.com/ID")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab-12")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab_12")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_1234567890123456789012345678901234567890123456")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/")]
    [DataRow("ID")]
    [DataRow("")]
    public async Task Issuer_that_looks_like_Cognitos_never_reaches_the_resolver(string issuer)
    {
        using var app = new ResolverApp();

        Assert.AreEqual(401, await app.GetStatusAsync(app.Forge(issuer.Replace("ID", InventedId))));

        Assert.IsEmpty(app.Calls);
    }

    [TestMethod]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/ID", "eu-west-1_Invented1")]
    [DataRow("https://issuer-cognito-idp.eu-west-1.amazonaws.com/ID", "eu-west-1_Invented1")]
    [DataRow("https://cognito-idp.us-west-2.amazonaws.com/ID", "eu-west-1_Invented1")]
    [DataRow("https://cognito-idp.cn-north-1.amazonaws.com.cn/ID", "cn-north-1_Invented1")]
    [DataRow("https://issuer-cognito-idp.eusc-de-east-1.amazonaws.eu/ID", "eusc-de-east-1_Invented1")]
    [DataRow("https://cognito-idp.us-iso-east-1.c2s.ic.gov/ID", "us-iso-east-1_Invented1")]
    [DataRow("https://cognito-idp.us-gov-west-1.amazonaws.com/ID", "us-gov-west-1_Invented1")]
    public async Task Issuer_of_Cognitos_form_reaches_the_resolver(string issuer, string id)
    {
        using var app = new ResolverApp();

        Assert.AreEqual(401, await app.GetStatusAsync(app.Forge(issuer.Replace("ID", id))));

        CollectionAssert.AreEqual(new[] { id }, app.Calls.ToArray());
    }

    [TestMethod]
    public async Task Attack_on_a_resolved_pool_is_stopped_by_its_rule()
    {
        using var pool = new CognitoTestPool();
        pool.UserPool.ReplicaRegions = ["us-west-2"];
        var calls = new HashSet<string>();
        using var validator = PoolValidator.Create(pool, options =>
        {
            options.UserPools = [];
            options.UserPoolResolver = (id, _) =>
            {
                calls.Add(id);
                return Task.FromResult(id == pool.UserPool.UserPoolId ? pool.UserPool : null);
            };
        });
        Assert.IsTrue((await validator.ValidateAsync(pool.IdToken())).IsValid);

        foreach (var (attack, token) in AttackCorpus.CreateTokens(pool))
        {
            Assert.AreEqual(attack.StoppedBy, (await validator.ValidateAsync(token)).Rejection, attack.Name);
        }

        var id = pool.UserPool.UserPoolId!;
        CollectionAssert.AreEquivalent(
            new[] { id, id + "1", id.Substring(0, id.Length - 1), "eu-west-1_Other", "us-west-2_00001" },
            calls.ToArray(),
            "Only ids in issuers of Cognito's form.");
    }

    [TestMethod]
    public async Task Replica_of_a_resolved_pool_needs_ReplicaRegions()
    {
        using var app = new ResolverApp();
        var (with, without) = (app.AddTenant(), app.AddTenant());
        with.UserPool.ReplicaRegions = ["us-west-2"];
        static string FromReplica(CognitoTestPool pool) =>
            pool.IdToken().FromIssuer($"https://cognito-idp.us-west-2.amazonaws.com/{pool.UserPool.UserPoolId}");

        Assert.AreEqual(200, await app.GetStatusAsync(FromReplica(with)));
        Assert.AreEqual(401, await app.GetStatusAsync(FromReplica(without)));
    }

    [TestMethod]
    public async Task Token_that_breaks_a_cheap_rule_causes_no_look_up()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        foreach (string token in new string[]
        {
            tenant.IdToken().WithLifetime(TimeSpan.FromHours(-2)),
            tenant.IdToken().WithoutClaim("exp"),
            tenant.IdToken().WithClaim("nbf", app.Clock.GetUtcNow().AddHours(1).ToUnixTimeSeconds()),
            tenant.IdToken().WithClaim("token_use", "refresh"),
            tenant.IdToken().WithHeader("alg", "none"),
            tenant.IdToken().WithoutHeader("kid"),
        })
        {
            Assert.AreEqual(401, await app.GetStatusAsync(token));
        }

        Assert.IsEmpty(app.Calls);
    }

    [TestMethod]
    public async Task Configured_pool_is_never_looked_up()
    {
        using var app = new ResolverApp();

        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Configured)));
        Assert.AreEqual(
            401, await app.GetStatusAsync(app.Forge($"https://cognito-idp.us-west-2.amazonaws.com/{app.Configured.UserPool.UserPoolId}")));

        Assert.IsEmpty(app.Calls);
    }

    [TestMethod]
    public async Task Rules_of_a_resolved_pool_replace_the_general_ones()
    {
        using var app = new ResolverApp(options => options.RequiredGroups = ["staff"]);
        var (general, special) = (app.AddTenant(), app.AddTenant());
        special.UserPool.RequiredGroups = ["admins"];
        special.UserPool.TokenUse = CognitoTokenUse.Id;

        Assert.AreEqual(200, await app.GetStatusAsync(general.IdToken().WithGroups("staff")));
        Assert.AreEqual(403, await app.GetStatusAsync(special.IdToken().WithGroups("staff")));
        Assert.AreEqual(200, await app.GetStatusAsync(special.IdToken().WithGroups("admins")));
        Assert.AreEqual(401, await app.GetStatusAsync(special.AccessToken().WithGroups("admins")));
        Assert.AreEqual(401, await app.GetStatusAsync(general.IdToken().WithGroups("staff").WithClaim("aud", "another")));
    }

    public static IEnumerable<object[]> WrongPools =>
    [
        ["another id", "CognitoUserPool.UserPoolId is \"eu-west-1_Other\": expected ID, the id that was asked for."],
        ["no id", "CognitoUserPool.UserPoolId is missing"],
        ["the name of a configured pool", "2 user pools have the name \"staff\""],
        ["the id of a configured pool as its name", "CognitoUserPool.Name is \"CONFIGURED\": expected a name that is not the id of a configured pool."],
        ["a name with a line break", "CognitoUserPool.Name is \"a?b\": expected a name without control characters."],
        ["an empty name", "CognitoUserPool.Name is \"\": expected a name"],
        ["no client", "CognitoUserPool.ClientIds is missing"],
        ["null for clients", "CognitoUserPool.ClientIds is missing"],
        ["a client id that is none", "CognitoUserPool.ClientIds seems to have an id, a colon and a secret"],
        ["another Region", "CognitoUserPool.Region is \"us-west-2\""],
        ["an address of keys without https", "CognitoUserPool.JwksUri is \"http://example.com/jwks.json\""],
        ["keys that are none", "CognitoUserPool.Jwks is not the text of the pool's JWKS."],
        ["another pool's issuer", "CognitoUserPool.Issuers is \"https://cognito-idp.eu-west-1.amazonaws.com/CONFIGURED\""],
        ["null for issuers", "CognitoUserPool.Issuers is \"\""],
    ];

    [TestMethod]
    [DynamicData(nameof(WrongPools))]
    public async Task Pool_that_could_not_be_configured_gets_503_and_is_logged_once(string kind, string problem)
    {
        using var app = new ResolverApp(options => options.UserPools[0].Name = "staff");
        var tenant = app.AddTenant();
        var id = tenant.UserPool.UserPoolId!;
        var configured = app.Configured.UserPool.UserPoolId!;
        app.Resolve = (_, _) => Task.FromResult<CognitoUserPool?>(kind switch
        {
            "another id" => new CognitoUserPool("eu-west-1_Other", tenant.ClientId),
            "no id" => new CognitoUserPool { ClientIds = [tenant.ClientId] },
            "the name of a configured pool" => new CognitoUserPool(id, tenant.ClientId) { Name = "staff" },
            "the id of a configured pool as its name" => new CognitoUserPool(id, tenant.ClientId) { Name = configured },
            "a name with a line break" => new CognitoUserPool(id, tenant.ClientId) { Name = "a\nb" },
            "an empty name" => new CognitoUserPool(id, tenant.ClientId) { Name = "" },
            "no client" => new CognitoUserPool(id),
            "null for clients" => new CognitoUserPool(id) { ClientIds = null!, Audiences = null!, ReplicaRegions = null! },
            "a client id that is none" => new CognitoUserPool(id, "id:secret"),
            "another Region" => new CognitoUserPool(id, tenant.ClientId) { Region = "us-west-2" },
            "an address of keys without https" => new CognitoUserPool(id, tenant.ClientId) { JwksUri = new Uri("http://example.com/jwks.json") },
            "keys that are none" => new CognitoUserPool(id, tenant.ClientId) { Jwks = "{}" },
            "another pool's issuer" => new CognitoUserPool(id, tenant.ClientId) { Issuers = [app.Configured.Issuer] },
            "null for issuers" => new CognitoUserPool(id, tenant.ClientId) { Issuers = [null!] },
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        });

        for (var i = 0; i < 3; i++)
        {
            await AssertUnavailableAsync(app, app.Token(tenant), "10");
        }

        await app.Log.WaitForAsync(ResolverApp.PoolRefused);
        var (level, _, text) = app.Log.Entries.Single(entry => entry.EventId == ResolverApp.PoolRefused);
        Assert.AreEqual(TraceEventType.Error, level);
        StringAssert.StartsWith(text, $"UserPoolResolver returned a user pool for {id} that cannot be used");
        StringAssert.Contains(text, problem.Replace("ID", id).Replace("CONFIGURED", configured));
        Assert.IsFalse(text.Any(char.IsControl));
        Assert.HasCount(1, app.Calls);

        app.Resolve = (_, _) => Task.FromResult<CognitoUserPool?>(tenant.UserPool);
        app.Clock.Advance(RefetchInterval);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(tenant)));
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Configured)));
    }

    [TestMethod]
    public async Task Pool_whose_issuers_lack_the_tokens_issuer_gets_401()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        string updated = tenant.IdToken().FromIssuer(tenant.UserPool.Issuers[1]);
        tenant.UserPool.Issuers = [tenant.UserPool.Issuers[0]];

        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(tenant)));
        Assert.AreEqual(401, await app.GetStatusAsync(updated));
    }

    [TestMethod]
    [DataRow("throws at once")]
    [DataRow("throws later")]
    [DataRow("returns no task")]
    [DataRow("is cancelled")]
    public async Task Failing_resolver_means_503_and_is_asked_again_after_a_second(string kind)
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        var works = app.Resolve;
        app.Resolve = kind switch
        {
            "throws at once" => (_, _) => throw new InvalidOperationException("no database"),
            "throws later" => async (_, _) =>
            {
                await Task.Yield();
                throw new InvalidOperationException("no database");
            }
            ,
            "returns no task" => (_, _) => null!,
            _ => (_, _) => Task.FromCanceled<CognitoUserPool?>(new CancellationToken(canceled: true)),
        };

        await AssertUnavailableAsync(app, app.Token(tenant), "1");
        await AssertUnavailableAsync(app, app.Token(tenant), "1");
        Assert.HasCount(1, app.Calls);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Configured)));
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await AssertUnavailableAsync(app, app.Token(tenant), "1");
        Assert.HasCount(2, app.Calls);

        app.Resolve = works;
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(tenant)));

        await app.Log.WaitForAsync(ResolverApp.LookupFailed);
        var (level, _, text) = app.Log.Entries.Single(entry => entry.EventId == ResolverApp.LookupFailed);
        Assert.AreEqual(TraceEventType.Error, level);
        StringAssert.StartsWith(text, "UserPoolResolver failed: ");
        await app.Log.WaitForAsync(ResolverApp.LookupRecovered);
        Assert.AreEqual("UserPoolResolver works again. Failures before: 2.", app.Log.GetTexts(ResolverApp.LookupRecovered).Single());
    }

    [TestMethod]
    public async Task Wrong_pool_that_is_returned_again_is_logged_once_a_minute()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        app.Resolve = (_, _) => Task.FromResult<CognitoUserPool?>(new CognitoUserPool("eu-west-1_Other", tenant.ClientId));

        for (var i = 0; i < 7; i++)
        {
            await AssertUnavailableAsync(app, app.Token(tenant), "10");
            app.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.HasCount(7, app.Calls);
        await app.Log.WaitForAsync(ResolverApp.PoolRefused, 2);
        Assert.HasCount(2, app.Log.GetTexts(ResolverApp.PoolRefused));
    }

    [TestMethod]
    public async Task Hanging_resolver_means_503_after_FetchTimeout_and_one_call()
    {
        using var app = new ResolverApp();
        var (slow, other) = (app.AddTenant(), app.AddTenant());
        var works = app.Resolve;
        var cancelled = new TaskCompletionSource<bool>();
        var end = new TaskCompletionSource<CognitoUserPool?>();
        app.Resolve = (id, cancellationToken) =>
        {
            cancellationToken.Register(() => cancelled.TrySetResult(true));
            return id == slow.UserPool.UserPoolId ? end.Task : works(id, cancellationToken);
        };

        var waiting = app.GetAsync(app.Token(slow));
        await app.WaitForCallsAsync(1);
        app.Clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.IsFalse(waiting.IsCompleted);
        app.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.AreEqual(503, (await waiting).StatusCode);
        await cancelled.Task;

        // The call has not ended, so there is no second one.
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await AssertUnavailableAsync(app, app.Token(slow), "1");
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(other)));
        Assert.HasCount(2, app.Calls);

        // A late answer is not used, because it may be out of date.
        app.Resolve = works;
        end.SetResult(null);
        await app.WaitForStatusAsync(200, () => app.Token(slow));
        Assert.HasCount(3, app.Calls);
    }

    [TestMethod]
    public async Task Ten_calls_that_hang_delay_no_known_pool_until_they_end()
    {
        using var app = new ResolverApp();
        var (known, fresh) = (app.AddTenant(), app.AddTenant());
        string token = app.Token(known);
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        var works = app.Resolve;
        var end = new TaskCompletionSource<CognitoUserPool?>();
        app.Resolve = (_, _) => end.Task;

        var hanging = Enumerable.Range(0, 10).Select(i => app.GetStatusAsync(app.ForgeForId("eu-west-1_Slow" + i))).ToArray();
        await app.WaitForCallsAsync(1 + 10);
        app.Resolve = works;
        var waiting = app.GetStatusAsync(app.Token(fresh));
        app.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.IsTrue((await Task.WhenAll(hanging)).All(status => status == 503));
        while (!waiting.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.AreEqual(503, await waiting);
        Assert.HasCount(1 + 10, app.Calls, "The eleventh look-up has waited for a place.");

        // Renewals have places of their own.
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.HasCount(1 + 10 + 1, app.Calls);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Configured)));

        end.SetResult(null);
        await app.WaitForStatusAsync(200, () =>
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            return app.Token(fresh);
        });
    }

    [TestMethod]
    public async Task Resolver_that_blocks_its_thread_blocks_no_caller()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        using var release = new ManualResetEventSlim();
        var works = app.Resolve;
        app.Resolve = (id, cancellationToken) =>
        {
            release.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
            return works(id, cancellationToken);
        };

        var waiting = app.GetStatusAsync(app.Token(tenant));
        Assert.IsFalse(waiting.IsCompleted);
        release.Set();

        Assert.AreEqual(200, await waiting);
    }

    [TestMethod]
    [DataRow("single-threaded")]
    [DataRow("queued")]
    public async Task Resolver_runs_without_the_context_of_the_request(string context)
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        var works = app.Resolve;
        var request = new AsyncLocal<string?> { Value = "of the test" };
        var seen = new List<object?>();
        app.Resolve = (id, cancellationToken) =>
        {
            seen.AddRange([request.Value, SynchronizationContext.Current, CultureInfo.CurrentCulture.Name == "tr-TR" ? "tr-TR" : null]);
            return works(id, cancellationToken);
        };
        string token = app.Token(tenant);

        var status = await RequestContexts.RunAsync(context, () =>
        {
            request.Value = "of the request";
            CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
            return app.GetStatusAsync(token);
        });

        Assert.AreEqual(200, status);
        CollectionAssert.AreEqual(new object?[] { null, null, null }, seen);
    }

    [TestMethod]
    public async Task Caller_that_suppresses_the_flow_of_its_context_may_look_up_a_pool()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool, options =>
        {
            options.UserPools = null!;
            options.UserPoolResolver = (_, _) => Task.FromResult<CognitoUserPool?>(pool.UserPool);
        });
        string token = pool.IdToken();

        Task<CognitoTokenValidationResult> validation;
        using (ExecutionContext.SuppressFlow())
        {
            validation = validator.ValidateAsync(token);
        }

        Assert.IsTrue((await validation).IsValid);
        Assert.IsTrue(validator.GetHealth().IsUsable);
        Assert.IsEmpty(validator.GetHealth().Pools);
    }

    [TestMethod]
    public async Task Thousand_first_requests_of_a_pool_share_one_look_up()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        var release = new TaskCompletionSource<CognitoUserPool?>();
        app.Resolve = (_, _) => release.Task;
        string[] tokens = [app.Token(tenant), app.Token(tenant, "bob"), tenant.AccessToken()];

        var requests = Enumerable.Range(0, 1000).Select(i => app.GetStatusAsync(tokens[i % tokens.Length])).ToArray();
        await app.WaitForCallsAsync(1);
        Assert.IsFalse(requests.Any(request => request.IsCompleted));
        release.SetResult(tenant.UserPool);

        Assert.IsTrue((await Task.WhenAll(requests)).All(status => status == 200));
        Assert.HasCount(1, app.Calls);
    }

    [TestMethod]
    public async Task Look_up_continues_when_a_client_disconnects()
    {
        using var pool = new CognitoTestPool();
        var release = new TaskCompletionSource<CognitoUserPool?>();
        using var validator = PoolValidator.Create(pool, options =>
        {
            options.UserPools = [];
            options.UserPoolResolver = (_, _) => release.Task;
        });
        using var disconnect = new CancellationTokenSource();

        var cancelled = validator.ValidateAsync(pool.IdToken(), disconnect.Token);
        var waiting = validator.ValidateAsync(pool.IdToken("bob"));
        disconnect.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled);
        release.SetResult(pool.UserPool);

        Assert.IsTrue((await waiting).IsValid);
    }

    [TestMethod]
    public async Task Ten_thousand_invented_ids_cost_hundred_look_ups_per_ten_seconds()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        string[] known = [app.Token(tenant), app.Token(app.Configured)];
        string[] fresh = [app.Token(tenant, "bob"), app.Token(tenant, "carol"), app.Token(app.Configured, "dave")];
        foreach (var token in known)
        {
            Assert.AreEqual(200, await app.GetStatusAsync(token));
        }

        const int Tokens = 10_000;
        var refused = 0;
        for (var i = 0; i < Tokens; i++)
        {
            var response = await app.GetAsync(app.ForgeForId("eu-west-1_Invented" + i.ToString(CultureInfo.InvariantCulture)));
            if (response.StatusCode == 503)
            {
                refused++;
                var seconds = int.Parse(response.Header("Retry-After")!, CultureInfo.InvariantCulture);
                Assert.IsTrue(seconds is >= 1 and <= 10, "Retry-After");
            }
            else
            {
                Assert.AreEqual(401, response.StatusCode);
            }

            if (i % 200 == 0)
            {
                foreach (var token in known)
                {
                    Assert.AreEqual(200, await app.GetStatusAsync(token));
                }
            }

            if (i % 4000 == 1000)
            {
                Assert.AreEqual(200, await app.GetStatusAsync(fresh[i / 4000]));
            }

            app.Clock.Advance(TimeSpan.FromTicks(TimeSpan.FromMinutes(1).Ticks / Tokens));
        }

        Assert.HasCount(1 + 600, app.Calls);
        Assert.AreEqual(Tokens - 600, refused);
        var messages = app.Log.Entries.Where(entry => entry.EventId == ResolverApp.LookupsRefused).ToArray();
        Assert.HasCount(6, messages, "One message per MinimumRefetchInterval.");
        Assert.IsTrue(messages.All(message => message.Level == TraceEventType.Warning && !message.Text.Contains("Invented")));
    }

    [TestMethod]
    public async Task First_requests_of_five_hundred_known_pools_are_all_answered()
    {
        using var app = new ResolverApp();
        app.Resolve = (id, _) => Task.FromResult<CognitoUserPool?>(new CognitoUserPool(id, "1example23456789"));

        for (var i = 0; i < 500; i++)
        {
            Assert.AreEqual(401, await app.GetStatusAsync(app.ForgeForId("eu-west-1_Tenant" + i.ToString(CultureInfo.InvariantCulture))));
        }

        Assert.HasCount(500, app.Calls);
        Assert.IsEmpty(app.Log.GetTexts(ResolverApp.LookupsRefused));
    }

    [TestMethod]
    public async Task Unknown_ids_are_forgotten_beyond_a_thousand_and_evict_no_pool()
    {
        using var app = new ResolverApp(options => options.Keys.MinimumRefetchInterval = TimeSpan.FromHours(1));
        var tenant = app.AddTenant();
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(tenant)));

        // A renewal does not count in the limit of look-ups, so this is how more than a thousand ids become unknown within an hour.
        string[] ids = [.. Enumerable.Range(0, 1001).Select(i => "eu-west-1_Gone" + i.ToString(CultureInfo.InvariantCulture))];
        app.Resolve = (id, _) => Task.FromResult<CognitoUserPool?>(new CognitoUserPool(id, "1example23456789"));
        foreach (var id in ids)
        {
            Assert.AreEqual(401, await app.GetStatusAsync(app.ForgeForId(id)));
        }

        app.Clock.Advance(TimeSpan.FromMinutes(10));
        app.Resolve = (id, _) => Task.FromResult(id == tenant.UserPool.UserPoolId ? tenant.UserPool : null);
        foreach (var id in ids)
        {
            Assert.AreEqual(401, await app.GetStatusAsync(app.ForgeForId(id)));
        }

        await app.Log.WaitForAsync(ResolverApp.PoolChanged, 1001);
        var calls = app.Calls.Count;
        foreach (var id in Enumerable.Reverse(ids))
        {
            Assert.AreEqual(401, await app.GetStatusAsync(app.ForgeForId(id)));
        }

        CollectionAssert.AreEqual(new[] { ids[0] }, app.Calls.Skip(calls).ToArray(), "The oldest of 1,001 was forgotten.");
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(tenant)));
    }

    [TestMethod]
    public async Task Pool_that_was_not_used_for_the_longest_time_goes_beyond_ten_thousand()
    {
        using var app = new ResolverApp(options => options.Keys.StaleLifetime = TimeSpan.FromDays(30));
        var (idle, busy) = (app.AddTenant(), app.AddTenant());
        string[] tokens = [app.Token(idle), app.Token(busy)];
        foreach (var token in tokens)
        {
            Assert.AreEqual(200, await app.GetStatusAsync(token));
        }

        var works = app.Resolve;
        app.Resolve = (id, cancellationToken) => id.Contains("Tenant")
            ? Task.FromResult<CognitoUserPool?>(new CognitoUserPool(id, "1example23456789"))
            : works(id, cancellationToken);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 9_998; i++)
        {
            Assert.AreEqual(401, await app.GetStatusAsync(app.ForgeForId("eu-west-1_Tenant" + i.ToString(CultureInfo.InvariantCulture))));
        }

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, await app.GetStatusAsync(tokens[1]));
        Assert.HasCount(10_000, app.Calls);
        Assert.AreEqual(401, await app.GetStatusAsync(app.ForgeForId("eu-west-1_TenantOneTooMany")));

        Assert.AreEqual(200, await app.GetStatusAsync(tokens[1]));
        Assert.HasCount(10_001, app.Calls);
        Assert.IsFalse(HasKeysInCache(idle), "The keys of the evicted pool are still in the cache.");
        Assert.IsTrue(HasKeysInCache(busy));
        Assert.AreEqual(200, await app.GetStatusAsync(tokens[0]), "It is looked up again.");
        Assert.HasCount(10_002, app.Calls);
    }

    [TestMethod]
    public async Task Resolved_pools_are_not_part_of_the_health()
    {
        using var app = new ResolverApp(application: context =>
        {
            var health = context.GetCognitoHealth();
            return context.Response.WriteAsync(health.IsUsable + " " + string.Join(",", health.Pools.Select(pool => pool.Name)));
        });
        var tenant = app.AddTenant();
        tenant.FailJwks();
        await app.GetAsync(app.Token(tenant));
        await app.GetAsync(app.Token(app.Configured));

        Assert.AreEqual("True " + app.Configured.UserPool.Name, (await app.GetAnonymouslyAsync("/health")).Body);
    }

    [TestMethod]
    public async Task Keys_of_a_resolved_pool_that_cannot_be_fetched_mean_503()
    {
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        tenant.FailJwks();

        var response = await app.GetAsync(app.Token(tenant));

        Assert.AreEqual(503, response.StatusCode);
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(app.Configured)));
    }

    [TestMethod]
    public async Task Changed_options_and_pool_objects_have_no_effect_after_the_start()
    {
        CognitoJwtAuthenticationOptions started = null!;
        using var app = new ResolverApp(options => started = options);
        var tenant = app.AddTenant();
        started.RequiredGroups.Add("admins");
        started.Keys.HttpMessageHandler = new HttpClientHandler();
        started.UserPools.Clear();

        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(tenant)));
        tenant.UserPool.ClientIds.Clear();
        tenant.UserPool.Issuers = ["https://example.com/" + tenant.UserPool.UserPoolId];

        Assert.AreEqual(200, await app.GetStatusAsync(tenant.IdToken("bob").FromIssuer(
            "https://cognito-idp.eu-west-1.amazonaws.com/" + tenant.UserPool.UserPoolId)));
    }

    [TestMethod]
    public async Task Disposed_application_cancels_its_look_ups_and_drops_its_pools()
    {
        using var app = new ResolverApp();
        var (known, other) = (app.AddTenant(), app.AddTenant());
        Assert.AreEqual(200, await app.GetStatusAsync(app.Token(known)));
        Assert.IsTrue(HasKeysInCache(known));
        var cancelled = new TaskCompletionSource<bool>();
        app.Resolve = async (_, cancellationToken) =>
        {
            cancellationToken.Register(() => cancelled.TrySetResult(true));
            await cancelled.Task;
            return other.UserPool;
        };

        var waiting = app.GetStatusAsync(app.Token(other));
        await app.WaitForCallsAsync(2);
        app.Unload();

        Assert.AreEqual(503, await waiting);
        await cancelled.Task;
        Assert.AreEqual(503, await app.GetStatusAsync(app.Token(known)));
        Assert.HasCount(2, app.Calls);
        Assert.IsFalse(HasKeysInCache(known), "The keys are still in MemoryCache.");
        Assert.IsEmpty(app.Log.GetTexts(ResolverApp.LookupFailed), "A look-up that the application cancels is not logged as failed.");
    }

    private static async Task AssertUnavailableAsync(ResolverApp app, string token, string retryAfter)
    {
        var response = await app.GetAsync(token);
        Assert.AreEqual(503, response.StatusCode);
        Assert.AreEqual(retryAfter, response.Header("Retry-After"));
        Assert.IsNull(response.Header("WWW-Authenticate"));
    }

    private static CognitoUserPool WithKeys(CognitoTestPool pool) =>
        new(pool.UserPool.UserPoolId!, pool.ClientId) { Jwks = pool.Jwks };

    private static bool HasKeysInCache(CognitoTestPool pool) =>
        System.Runtime.Caching.MemoryCache.Default.Any(entry => entry.Key.Contains(pool.UserPool.UserPoolId!));
}
