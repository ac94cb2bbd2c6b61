using System;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Keys;

[TestClass]
public sealed class FloodTests
{
    [TestMethod]
    public async Task Ten_thousand_invented_kids_cost_one_fetch_per_ten_seconds()
    {
        using var app = new KeysApp();
        string token = app.LongToken();
        string[] fresh = [app.Pool.IdToken("bob"), app.Pool.IdToken("carol"), app.Pool.AccessToken("dave")];
        Assert.AreEqual(200, await app.StatusAsync(token));

        const int Tokens = 10_000;
        for (var i = 0; i < Tokens; i++)
        {
            var response = await app.GetAsync(KeysApp.WithKeyId(token, "invented-" + i.ToString(CultureInfo.InvariantCulture)));
            Assert.AreEqual(401, response.StatusCode);
            if (i % 100 == 0)
            {
                StringAssert.Contains(response.Header("WWW-Authenticate"), "error=\"invalid_token\"");
                Assert.AreEqual(200, await app.StatusAsync(token));
            }

            if (i % 4000 == 1000)
            {
                Assert.AreEqual(200, await app.StatusAsync(fresh[i / 4000]), "A known key is found during a cool-down too.");
            }

            app.Clock.Advance(TimeSpan.FromTicks(TimeSpan.FromMinutes(1).Ticks / Tokens));
        }

        // One to start with, and one every MinimumRefetchInterval of 10 seconds.
        Assert.AreEqual(1 + 6, app.Fetches);
        Assert.AreEqual(6, app.Log.TextsOf(KeysApp.LookupsRefused).Count, "One message a cool-down.");
    }

    [TestMethod]
    public async Task Concurrent_invented_kids_share_one_fetch_and_delay_no_known_key()
    {
        using var app = new KeysApp();
        string token = app.LongToken();
        string fresh = app.Pool.IdToken("bob");
        Assert.AreEqual(200, await app.StatusAsync(token));
        var go = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(go.Task, app.ServeKeys);

        var flood = Enumerable.Range(0, 1000)
            .Select(i => app.StatusAsync(KeysApp.WithKeyId(token, "invented-" + i.ToString(CultureInfo.InvariantCulture))))
            .ToArray();
        await app.Server.WaitForFetchesAsync(2);
        Assert.AreEqual(200, await app.StatusAsync(token));
        Assert.AreEqual(200, await app.StatusAsync(fresh));
        go.SetResult(true);

        Assert.IsTrue((await Task.WhenAll(flood)).All(status => status == 401));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task New_key_is_accepted_once_the_cool_down_of_a_flood_ends()
    {
        using var app = new KeysApp();
        string token = app.LongToken();
        Assert.AreEqual(200, await app.StatusAsync(token));
        Assert.AreEqual(401, await app.StatusAsync(KeysApp.WithKeyId(token, "invented")));
        app.Pool.RotateKeys();
        string rotated = app.Pool.IdToken();

        Assert.AreEqual(503, await app.StatusAsync(rotated));
        app.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.AreEqual(200, await app.StatusAsync(rotated));
        Assert.AreEqual(3, app.Fetches);
    }

    [TestMethod]
    public async Task Refresh_does_not_end_the_cool_down_of_a_flood()
    {
        using var app = new KeysApp(options =>
        {
            options.Keys.RefreshInterval = TimeSpan.FromSeconds(5);
            options.Keys.MinimumRefetchInterval = TimeSpan.FromSeconds(60);
        });
        string token = app.LongToken();
        Assert.AreEqual(200, await app.StatusAsync(token));
        Assert.AreEqual(401, await app.StatusAsync(KeysApp.WithKeyId(token, "invented")));
        app.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.AreEqual(200, await app.StatusAsync(token));
        await app.Log.WaitForAsync(KeysApp.Fetched, 3);

        Assert.AreEqual(401, await app.StatusAsync(KeysApp.WithKeyId(token, "invented")));

        Assert.AreEqual(3, app.Fetches);
    }

    [TestMethod]
    public async Task Token_that_breaks_an_earlier_rule_costs_no_fetch()
    {
        using var app = new KeysApp();
        foreach (string token in new string[]
        {
            "not.a.token",
            app.Pool.IdToken().WithLifetime(TimeSpan.FromHours(-2)),
            app.Pool.IdToken().WithClaim("aud", "another"),
            app.Pool.IdToken().WithClaim("iss", "https://attacker.example"),
            app.Pool.IdToken().WithHeader("alg", "none"),
        })
        {
            Assert.AreEqual(401, await app.StatusAsync(token));
        }

        Assert.AreEqual(0, app.Fetches);
    }
}
