using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Keys;

/// <summary>The answers to requests while the JWKS endpoint has a fault, for each kind of fault.</summary>
[TestClass]
public sealed class OutageTests
{
    /// <summary>For each fault: the server's behaviour, the reason in the log, and the number of requests of one fetch.</summary>
    private static readonly Dictionary<string, (Func<KeysApp, MisbehavingServer.Behaviour> Behaviour, string Reason, int Requests)> Faults = new()
    {
        ["slow headers"] = (app => app.Server.SlowHeaders(), "Timeout", 1),
        ["slow body"] = (app => app.Server.SlowBody(app.Pool.Jwks), "Timeout", 1),
        ["reset"] = (_ => MisbehavingServer.Reset(), "Connection", 2 * HttpClientTries),
        ["garbage"] = (_ => MisbehavingServer.Garbage(), "Connection", 2),
        ["cut off"] = (app => MisbehavingServer.CutOff(app.Pool.Jwks), "Connection", 2),
        ["500"] = (_ => MisbehavingServer.Status(500), "Status", 1),
        ["404"] = (_ => MisbehavingServer.Status(404), "Status", 1),
        ["204"] = (_ => MisbehavingServer.Answer(204, null, ""), "Status", 1),
        ["HTML"] = (_ => MisbehavingServer.Answer(200, "text/html", "<!doctype html><title>Sign in to the Wi-Fi</title>"), "ContentType", 1),
        ["wrong type"] = (app => MisbehavingServer.Answer(200, "text/plain", app.Pool.Jwks), "ContentType", 1),
        ["truncated JSON"] = (
            app => MisbehavingServer.Json(app.Pool.Jwks.Substring(0, app.Pool.Jwks.Length / 2)), "NotAJwks", 1),
        ["HTML called JSON"] = (_ => MisbehavingServer.Json("<!doctype html>"), "NotAJwks", 1),
        ["an empty body"] = (_ => MisbehavingServer.Json(""), "NotAJwks", 1),
        ["no keys"] = (_ => MisbehavingServer.Json("""{"keys":[]}"""), "NoUsableKey", 1),
        ["10 MB announced"] = (_ => MisbehavingServer.Huge(announced: true), "TooLarge", 1),
        ["10 MB unannounced"] = (_ => MisbehavingServer.Huge(announced: false), "TooLarge", 1),
        ["redirect"] = (app => MisbehavingServer.Redirect(new Uri(app.Server.Address, "elsewhere.json")), "Redirect", 1),
    };

    // The number of times that the HTTP client sends a request whose connection is reset before the answer. .NET retries three times.
#if NET
    private const int HttpClientTries = 4;
#else
    private const int HttpClientTries = 1;
#endif

    public static IEnumerable<object[]> FaultNames => Faults.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(FaultNames))]
    public async Task Known_keys_stay_in_use_for_StaleLifetime_during_an_outage(string name)
    {
        using var app = new KeysApp();
        var (behaviour, reason, requests) = Faults[name];
        string validated = app.CreateLongLivedToken("alice");
        string fresh = app.CreateLongLivedToken("bob");
        Assert.AreEqual(200, await app.GetStatusAsync(validated));
        app.Server.OnRequest = behaviour(app);

        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.GetStatusAsync(validated));
        await WaitForFailureAsync(app, name, 1, requests + 1);

        StringAssert.Contains(app.Log.GetTexts(KeysApp.FetchFailed)[0], $"({reason})");
        Assert.AreEqual(200, await app.GetStatusAsync(validated));
        Assert.AreEqual(200, await app.GetStatusAsync(fresh));
        Assert.AreEqual(requests + 1, app.Fetches, "No further fetch before MinimumRefetchInterval has passed.");

        // Advance to the end of the seven days. The hours and the timeout above have already passed.
        app.Clock.Advance(TimeSpan.FromDays(6) - TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(validated));
        await WaitForFailureAsync(app, name, 2, (2 * requests) + 1);
        app.Clock.Advance(TimeSpan.FromSeconds(10));

        var late = app.GetAsync(validated);
        await WaitForFailureAsync(app, name, 3, (3 * requests) + 1);
        Assert.AreEqual(503, (await late).StatusCode);
        Assert.IsTrue((await late).Header("Retry-After") is "1" or "2", "Without keys the wait is short.");

        app.Server.OnRequest = app.ServeKeys;
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(validated));
        Assert.AreEqual((3 * requests) + 2, app.Fetches);
    }

    [TestMethod]
    [DynamicData(nameof(FaultNames))]
    public async Task Request_without_known_keys_gets_503_until_the_endpoint_is_back(string name)
    {
        using var app = new KeysApp();
        var (behaviour, _, requests) = Faults[name];
        app.Server.OnRequest = behaviour(app);
        string token = app.Pool.IdToken();

        var first = app.GetAsync(token);
        await WaitForFailureAsync(app, name, 1, requests);
        Assert.AreEqual(503, (await first).StatusCode);
        Assert.AreEqual("1", (await first).Header("Retry-After"));
        Assert.AreEqual(503, await app.GetStatusAsync(token));
        Assert.AreEqual("nobody", (await app.GetAsync(token, "/open")).Body, "An open action needs no keys.");
        Assert.AreEqual(requests, app.Fetches, "No further fetch before the first second has passed.");

        app.Server.OnRequest = app.ServeKeys;
        app.Clock.Advance(TimeSpan.FromMilliseconds(900));
        var waiting = await app.GetAsync(token);
        Assert.AreEqual(503, waiting.StatusCode);
        Assert.AreEqual("1", waiting.Header("Retry-After"));
        app.Clock.Advance(TimeSpan.FromMilliseconds(100));

        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(requests + 1, app.Fetches);
    }

    [TestMethod]
    public async Task Closed_port_keeps_the_known_keys()
    {
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        app.Server.Stop();

        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        await app.Log.WaitForAsync(KeysApp.FetchFailed);

        StringAssert.Contains(app.Log.GetTexts(KeysApp.FetchFailed)[0], "(Connection)");
        Assert.AreEqual(200, await app.GetStatusAsync(token));
    }

    [TestMethod]
    [DataRow("slow headers")]
    [DataRow("slow body")]
    public async Task Request_without_known_keys_gets_503_within_FetchTimeout(string name)
    {
        using var app = new KeysApp(options => options.Keys.FetchTimeout = TimeSpan.FromSeconds(2), clock: TimeProvider.System);
        app.Server.OnRequest = Faults[name].Behaviour(app);
        string token = app.Pool.IdToken();

        var watch = Stopwatch.StartNew();
        var status = await app.GetStatusAsync(token);

        Assert.AreEqual(503, status);
        Assert.IsLessThan(3.0, watch.Elapsed.TotalSeconds);
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Hanging_fetches_do_not_exhaust_the_host_connections()
    {
        using var app = new KeysApp();
        string token = app.Pool.IdToken();
        app.Server.OnRequest = app.Server.SlowBody(app.Pool.Jwks);
        for (var i = 1; i <= 5; i++)
        {
            var request = app.GetStatusAsync(token);
            await WaitForFailureAsync(app, "slow body", i, i);
            Assert.AreEqual(503, await request);
            app.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        await app.Server.WaitForDisconnectsAsync(5);
        app.Server.OnRequest = app.ServeKeys;

        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(6, app.Fetches);
    }

    [TestMethod]
    public async Task Broken_connection_is_retried_once_immediately()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.InTurn(MisbehavingServer.Reset(), app.ServeKeys);

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task Request_gets_503_after_a_500_and_200_once_the_keys_are_back()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.InTurn(MisbehavingServer.Status(500), app.ServeKeys);
        string token = app.Pool.IdToken();

        Assert.AreEqual(503, await app.GetStatusAsync(token));
        Assert.AreEqual(1, app.Fetches);
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task Unknown_kid_gets_503_after_a_failed_fetch_and_401_after_a_good_one()
    {
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        app.Pool.RotateKeys();
        string rotated = app.CreateLongLivedToken();

        app.Server.OnRequest = MisbehavingServer.Status(500);
        Assert.AreEqual(503, await app.GetStatusAsync(rotated));
        Assert.AreEqual(503, await app.GetStatusAsync(rotated), "Also during the cool-down.");
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(2, app.Fetches);

        app.Server.OnRequest = app.ServeKeys;
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(rotated));
        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));
        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")), "Also during the cool-down.");
        Assert.AreEqual(4, app.Fetches);
    }

    [TestMethod]
    public async Task Outage_with_Reject_gives_503_before_the_application_runs()
    {
        using var app = new KeysApp(options => options.InvalidTokens = InvalidTokenHandling.Reject);
        app.Server.OnRequest = MisbehavingServer.Status(500);

        Assert.AreEqual(503, (await app.GetAsync(app.Pool.IdToken(), "/open")).StatusCode);
    }

    [TestMethod]
    public async Task Outage_of_one_pool_does_not_affect_the_other()
    {
        using var broken = new MisbehavingServer { OnRequest = MisbehavingServer.Status(500) };
        using var other = new CognitoTestPool();
        other.UserPool.JwksUri = broken.Address;
        using var app = new KeysApp(options => options.UserPools.Add(other.UserPool));
        other.TimeProvider = app.Clock;

        Assert.AreEqual(503, await app.GetStatusAsync(other.IdToken()));
        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
        Assert.AreEqual(503, await app.GetStatusAsync(other.IdToken()));
        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(app.Pool.IdToken(), "invented")));
        Assert.AreEqual(1, broken.Fetches);
        Assert.AreEqual(2, app.Fetches);
    }

    // Waits for a fetch and its failure. A fault that hangs fails when the clock reaches the timeout.
    private static async Task WaitForFailureAsync(KeysApp app, string name, int failures, int fetches)
    {
        await app.Server.WaitForFetchesAsync(fetches);
        if (name.StartsWith("slow", StringComparison.Ordinal))
        {
            app.Clock.Advance(TimeSpan.FromSeconds(5));
        }

        await app.WaitForFailedFetchesAsync(failures);
        await app.Log.WaitForAsync(KeysApp.FetchFailed);
    }
}
