using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace CognitoOwin.Tests.Keys;

/// <summary>When a request with an unknown <c>kid</c> gets 401, waits, or gets 503; and how soon a pool without keys is asked again.</summary>
[TestClass]
public sealed class WaitingTests
{
    [TestMethod]
    public async Task New_key_during_the_cool_down_of_a_flood_waits_for_the_next_fetch()
    {
        using var app = new KeysApp();
        await StartCoolDownAsync(app);
        app.Pool.RotateKeys();
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        string rotated = app.Pool.IdToken();

        var waiting = app.GetStatusAsync(rotated);
        Assert.IsFalse(waiting.IsCompleted);
        app.Clock.Advance(TimeSpan.FromSeconds(4));

        Assert.AreEqual(200, await waiting);
        Assert.AreEqual(3, app.Fetches);
    }

    [TestMethod]
    public async Task New_key_gets_503_when_the_next_fetch_is_further_away_than_FetchTimeout()
    {
        using var app = new KeysApp();
        await StartCoolDownAsync(app);
        app.Pool.RotateKeys();
        app.Clock.Advance(TimeSpan.FromSeconds(4));

        var response = await app.GetAsync(app.Pool.IdToken());

        Assert.AreEqual(503, response.StatusCode);
        Assert.AreEqual("6", response.Header("Retry-After"));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    [DataRow(-61, 401, DisplayName = "older than the fetch and the skew")]
    [DataRow(-60, 503, DisplayName = "may be newer than the fetch")]
    [DataRow(0, 503)]
    [DataRow(1, 401, DisplayName = "in the future, within the skew")]
    [DataRow(null, 401, DisplayName = "no iat")]
    public async Task Unknown_kid_during_a_cool_down_is_judged_by_iat(int? seconds, int status)
    {
        using var app = new KeysApp();
        await StartCoolDownAsync(app);
        var token = app.Pool.IdToken().WithHeader("kid", "invented");
        token = seconds == null
            ? token.WithoutClaim("iat")
            : token.WithClaim("iat", app.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds.Value);

        Assert.AreEqual(status, await app.GetStatusAsync(token));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task At_most_100_requests_wait_and_a_metric_counts_the_others()
    {
        var exported = new List<MetricSnapshot>();
        using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter("CognitoOwin").AddInMemoryExporter(exported).Build();
        using var app = new KeysApp();
        await StartCoolDownAsync(app);
        string known = app.CreateLongLivedToken("carol");
        app.Clock.Advance(TimeSpan.FromSeconds(6));
        string[] tokens = [.. Enumerable.Range(0, 150).Select(i => (string)app.Pool.IdToken("user" + i).WithHeader("kid", "invented" + i))];

        var requests = tokens.Select(app.GetStatusAsync).ToArray();

        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (requests.Count(request => request.IsCompleted) < 50 && DateTime.UtcNow < deadline)
        {
            await Task.Delay(1);
        }

        Assert.AreEqual(50, requests.Count(request => request.IsCompleted));
        Assert.IsTrue(requests.Where(request => request.IsCompleted).All(request => request.Result == 503));
        Assert.AreEqual(200, await app.GetStatusAsync(known), "A known key does not wait.");
        app.Clock.Advance(TimeSpan.FromSeconds(4));
        var statuses = await Task.WhenAll(requests);
        Assert.AreEqual(100, statuses.Count(status => status == 401));
        Assert.AreEqual(3, app.Fetches);

        metrics.ForceFlush();
        var refused = exported.Last(metric => metric.Name == "cognito_owin.jwks.lookup.refused").MetricPoints
            .Where(point => TagsOf(point).Contains(new("cognito_owin.user_pool", app.Pool.UserPool.Name)))
            .Single(point => TagsOf(point).Contains(new("cognito_owin.lookup.result", "undecided")));
        Assert.AreEqual(50, refused.GetSumLong());
    }

    [TestMethod]
    public async Task Pool_without_keys_is_asked_after_1_2_4_8_and_then_every_10_seconds()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Status(500);
        string token = app.CreateLongLivedToken();
        Assert.AreEqual(503, await app.GetStatusAsync(token));
        var fetches = 1;
        foreach (var seconds in new[] { 1, 2, 4, 8, 10, 10 })
        {
            app.Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            var early = await app.GetAsync(token);
            Assert.AreEqual(503, early.StatusCode);
            Assert.AreEqual("1", early.Header("Retry-After"));
            Assert.AreEqual(fetches, app.Fetches);

            app.Clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.AreEqual(503, await app.GetStatusAsync(token));
            Assert.AreEqual(++fetches, app.Fetches);
        }
    }

    [TestMethod]
    public async Task Process_without_keys_serves_one_second_after_a_short_outage()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.InTurn(MisbehavingServer.Status(500), app.ServeKeys);
        string token = app.CreateLongLivedToken();
        Assert.AreEqual(503, await app.GetStatusAsync(token));

        app.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.AreEqual(200, await app.GetStatusAsync(token));
    }

    [TestMethod]
    public async Task Known_keys_are_refreshed_no_sooner_than_after_MinimumRefetchInterval_in_an_outage()
    {
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        app.Server.OnRequest = MisbehavingServer.Status(500);
        app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        await app.Log.WaitForAsync(KeysApp.FetchFailed);

        app.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.AreEqual(200, await app.GetStatusAsync(token));

        Assert.AreEqual(2, app.Fetches);
    }

    private static async Task StartCoolDownAsync(KeysApp app)
    {
        Assert.AreEqual(200, await app.GetStatusAsync(app.CreateLongLivedToken()));
        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(app.CreateLongLivedToken(), "invented")));
        Assert.AreEqual(2, app.Fetches);
    }

    private static List<KeyValuePair<string, object?>> TagsOf(MetricPoint point)
    {
        var tags = new List<KeyValuePair<string, object?>>();
        foreach (var tag in point.Tags)
        {
            tags.Add(tag);
        }

        return tags;
    }
}
