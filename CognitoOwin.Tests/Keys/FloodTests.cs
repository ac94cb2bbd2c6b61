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
        string token = app.CreateLongLivedToken();
        string[] fresh = [app.Pool.IdToken("bob"), app.Pool.IdToken("carol"), app.Pool.AccessToken("dave")];
        Assert.AreEqual(200, await app.GetStatusAsync(token));

        const int Tokens = 10_000;
        for (var i = 0; i < Tokens; i++)
        {
            var response = await app.GetAsync(KeysApp.ReplaceKeyId(token, "invented-" + i.ToString(CultureInfo.InvariantCulture)));
            Assert.AreEqual(401, response.StatusCode);
            if (i % 100 == 0)
            {
                StringAssert.Contains(response.Header("WWW-Authenticate"), "error=\"invalid_token\"");
                Assert.AreEqual(200, await app.GetStatusAsync(token));
            }

            if (i % 4000 == 1000)
            {
                Assert.AreEqual(200, await app.GetStatusAsync(fresh[i / 4000]), "A known key is also found during a cool-down.");
            }

            app.Clock.Advance(TimeSpan.FromTicks(TimeSpan.FromMinutes(1).Ticks / Tokens));
        }

        // One fetch at the start, then one per MinimumRefetchInterval of 10 seconds.
        Assert.AreEqual(1 + 6, app.Fetches);
        Assert.AreEqual(6, app.Log.GetTexts(KeysApp.LookupsRefused).Count, "One message per cool-down.");
    }

    [TestMethod]
    public async Task Concurrent_invented_kids_share_one_fetch_and_delay_no_known_key()
    {
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        string fresh = app.Pool.IdToken("bob");
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(release.Task, app.ServeKeys);

        var flood = Enumerable.Range(0, 1000)
            .Select(i => app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented-" + i.ToString(CultureInfo.InvariantCulture))))
            .ToArray();
        await app.Server.WaitForFetchesAsync(2);
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(200, await app.GetStatusAsync(fresh));
        release.SetResult(true);

        Assert.IsTrue((await Task.WhenAll(flood)).All(status => status == 401));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task New_key_is_accepted_once_the_cool_down_of_a_flood_ends()
    {
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));
        app.Pool.RotateKeys();
        string rotated = app.Pool.IdToken();

        Assert.AreEqual(503, await app.GetStatusAsync(rotated));
        app.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.AreEqual(200, await app.GetStatusAsync(rotated));
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
        string token = app.CreateLongLivedToken();
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));
        app.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        await app.Log.WaitForAsync(KeysApp.Fetched, 3);

        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));

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
            Assert.AreEqual(401, await app.GetStatusAsync(token));
        }

        Assert.AreEqual(0, app.Fetches);
    }
}
