using System;
using System.Linq;
using System.Runtime.Caching;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Keys;

[TestClass]
public sealed class RotationTests
{
    [TestMethod]
    public async Task New_key_is_accepted_on_its_first_request_and_the_old_one_stays()
    {
        using var app = new KeysApp();
        string old = app.Pool.IdToken("alice");
        Assert.AreEqual(200, await app.StatusAsync(old));

        app.Pool.RotateKeys();
        var first = await app.GetAsync(app.Pool.IdToken("bob"));

        Assert.AreEqual(200, first.StatusCode);
        Assert.AreEqual("bob", first.Body);
        Assert.AreEqual(200, await app.StatusAsync(old));
        Assert.AreEqual(200, await app.StatusAsync(app.Pool.AccessToken("bob")));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task First_tokens_of_a_new_key_share_one_fetch()
    {
        using var app = new KeysApp();
        string old = app.Pool.IdToken("alice");
        Assert.AreEqual(200, await app.StatusAsync(old));
        app.Pool.RotateKeys();
        string[] tokens = [app.Pool.IdToken("bob"), app.Pool.AccessToken("bob")];
        var go = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(go.Task, app.ServeKeys);

        var requests = Enumerable.Range(0, 100).Select(i => app.StatusAsync(tokens[i % 2])).ToArray();
        await app.Server.WaitForFetchesAsync(2);
        Assert.AreEqual(200, await app.StatusAsync(old), "A known key waits for no fetch.");
        go.SetResult(true);

        Assert.IsTrue((await Task.WhenAll(requests)).All(status => status == 200));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task New_key_is_accepted_although_a_running_fetch_began_too_early()
    {
        using var app = new KeysApp();
        string old = app.LongToken();
        Assert.AreEqual(200, await app.StatusAsync(old));
        var before = app.Pool.Jwks;
        var go = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.InTurn(
            MisbehavingServer.After(go.Task, MisbehavingServer.Json(before)), app.ServeKeys);
        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.StatusAsync(old));
        await app.Server.WaitForFetchesAsync(2);

        app.Pool.RotateKeys();
        var first = app.StatusAsync(app.Pool.IdToken("bob"));
        go.SetResult(true);

        Assert.AreEqual(200, await first);
        Assert.AreEqual(3, app.Fetches);
    }

    [TestMethod]
    public async Task Refresh_runs_in_the_background_and_delays_no_request()
    {
        using var app = new KeysApp();
        string token = app.LongToken();
        string another = app.LongToken("bob");
        Assert.AreEqual(200, await app.StatusAsync(token));
        app.Server.OnRequest = app.Server.SlowHeaders();

        app.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, await app.StatusAsync(token));
        Assert.AreEqual(1, app.Fetches);
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        // Seen before, and not: neither waits for the fetch, which never ends.
        Assert.AreEqual(200, await app.StatusAsync(token));
        Assert.AreEqual(200, await app.StatusAsync(another));
        await app.Server.WaitForFetchesAsync(2);
    }

    [TestMethod]
    public async Task Tokens_of_a_removed_key_get_401_after_the_next_refresh()
    {
        using var app = new KeysApp();
        string validated = app.LongToken("alice");
        string fresh = app.LongToken("bob");
        Assert.AreEqual(200, await app.StatusAsync(validated));
        app.Pool.RotateKeys();
        app.Pool.DropOldKeys();
        Assert.AreEqual(200, await app.StatusAsync(validated));

        var go = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(go.Task, app.ServeKeys);
        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.StatusAsync(validated), "The refresh runs in the background.");
        go.SetResult(true);
        await app.Log.WaitForAsync(KeysApp.Fetched, 2);

        foreach (var token in new[] { validated, fresh })
        {
            var response = await app.GetAsync(token);
            Assert.AreEqual(401, response.StatusCode);
            StringAssert.Contains(response.Header("WWW-Authenticate"), "error=\"invalid_token\"");
        }

        Assert.AreEqual(200, await app.StatusAsync(app.Pool.IdToken()));

        // The refresh, and one for the key that is not there any more.
        Assert.AreEqual(3, app.Fetches);
        Assert.AreEqual(2, app.Log.TextsOf(KeysApp.KeyDropped).Count);
    }

    [TestMethod]
    public async Task Key_replaced_under_the_same_kid_counts_as_removed()
    {
        using var app = new KeysApp();
        string validated = app.LongToken();
        string fresh = app.LongToken("bob");
        Assert.AreEqual(200, await app.StatusAsync(validated));
        var other = TestSigningKey.Create();
        var go = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(
            go.Task, MisbehavingServer.Json(CognitoTestPool.WriteJwks([other]).Replace(other.Id, app.Pool.IdTokenKey.Id)));

        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.StatusAsync(validated));
        go.SetResult(true);
        await app.Log.WaitForAsync(KeysApp.Fetched, 2);

        Assert.AreEqual(401, await app.StatusAsync(validated));
        Assert.AreEqual(401, await app.StatusAsync(fresh));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task Refresh_with_the_same_key_keeps_validated_tokens()
    {
        using var app = new KeysApp();
        string token = app.LongToken();
        Assert.AreEqual(200, await app.StatusAsync(token));

        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.StatusAsync(token));
        await app.Log.WaitForAsync(KeysApp.Fetched, 2);

        Assert.AreEqual(200, await app.StatusAsync(token));
        Assert.AreEqual(0, app.Log.TextsOf(KeysApp.KeyDropped).Count);
    }

    [TestMethod]
    public async Task Clearing_MemoryCache_costs_a_fetch_and_restores_no_removed_key()
    {
        using var app = new KeysApp();
        string validated = app.LongToken();
        Assert.AreEqual(200, await app.StatusAsync(validated));
        app.Pool.RotateKeys();
        app.Pool.DropOldKeys();

        ClearMemoryCache();
        Assert.AreEqual(200, await app.StatusAsync(app.Pool.IdToken("bob")));

        Assert.AreEqual(2, app.Fetches);
        Assert.AreEqual(401, await app.StatusAsync(validated));
    }

    [TestMethod]
    public async Task Clearing_MemoryCache_during_a_cool_down_rejects_no_good_token()
    {
        using var app = new KeysApp();
        string token = app.LongToken();
        string another = app.LongToken("bob");
        Assert.AreEqual(200, await app.StatusAsync(token));
        Assert.AreEqual(401, await app.StatusAsync(KeysApp.WithKeyId(token, "invented")));

        ClearMemoryCache();

        Assert.AreEqual(200, await app.StatusAsync(another));
        Assert.AreEqual(3, app.Fetches);
    }

    private static void ClearMemoryCache()
    {
        foreach (var entry in MemoryCache.Default.ToArray())
        {
            MemoryCache.Default.Remove(entry.Key);
        }
    }
}
