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
        Assert.AreEqual(200, await app.GetStatusAsync(old));

        app.Pool.RotateKeys();
        var first = await app.GetAsync(app.Pool.IdToken("bob"));

        Assert.AreEqual(200, first.StatusCode);
        Assert.AreEqual("bob", first.Body);
        Assert.AreEqual(200, await app.GetStatusAsync(old));
        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.AccessToken("bob")));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task First_tokens_of_a_new_key_share_one_fetch()
    {
        using var app = new KeysApp();
        string old = app.Pool.IdToken("alice");
        Assert.AreEqual(200, await app.GetStatusAsync(old));
        app.Pool.RotateKeys();
        string[] tokens = [app.Pool.IdToken("bob"), app.Pool.AccessToken("bob")];
        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(release.Task, app.ServeKeys);

        var requests = Enumerable.Range(0, 100).Select(i => app.GetStatusAsync(tokens[i % 2])).ToArray();
        await app.Server.WaitForFetchesAsync(2);
        Assert.AreEqual(200, await app.GetStatusAsync(old), "A token of a known key does not wait for the fetch.");
        release.SetResult(true);

        Assert.IsTrue((await Task.WhenAll(requests)).All(status => status == 200));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task New_key_is_accepted_although_a_running_fetch_began_too_early()
    {
        using var app = new KeysApp();
        string old = app.CreateLongLivedToken();
        Assert.AreEqual(200, await app.GetStatusAsync(old));
        var before = app.Pool.Jwks;
        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.InTurn(
            MisbehavingServer.After(release.Task, MisbehavingServer.Json(before)), app.ServeKeys);
        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.GetStatusAsync(old));
        await app.Server.WaitForFetchesAsync(2);

        app.Pool.RotateKeys();
        var first = app.GetStatusAsync(app.Pool.IdToken("bob"));
        release.SetResult(true);

        Assert.AreEqual(200, await first);
        Assert.AreEqual(3, app.Fetches);
    }

    [TestMethod]
    public async Task Refresh_runs_in_the_background_and_delays_no_request()
    {
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        string another = app.CreateLongLivedToken("bob");
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        app.Server.OnRequest = app.Server.SlowHeaders();

        app.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(1, app.Fetches);
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        // Neither the cached token nor the new one waits for the fetch, which never ends.
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(200, await app.GetStatusAsync(another));
        await app.Server.WaitForFetchesAsync(2);
    }

    [TestMethod]
    public async Task Tokens_of_a_removed_key_get_401_after_the_next_refresh()
    {
        using var app = new KeysApp();
        string validated = app.CreateLongLivedToken("alice");
        string fresh = app.CreateLongLivedToken("bob");
        Assert.AreEqual(200, await app.GetStatusAsync(validated));
        app.Pool.RotateKeys();
        app.Pool.DropOldKeys();
        Assert.AreEqual(200, await app.GetStatusAsync(validated));

        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(release.Task, app.ServeKeys);
        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.GetStatusAsync(validated), "The refresh runs in the background.");
        release.SetResult(true);
        await app.Log.WaitForAsync(KeysApp.Fetched, 2);

        foreach (var token in new[] { validated, fresh })
        {
            var response = await app.GetAsync(token);
            Assert.AreEqual(401, response.StatusCode);
            StringAssert.Contains(response.Header("WWW-Authenticate"), "error=\"invalid_token\"");
        }

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));

        // The first fetch, the refresh, and one for the key that the pool no longer has.
        Assert.AreEqual(3, app.Fetches);
        Assert.AreEqual(2, app.Log.GetTexts(KeysApp.KeyDropped).Count);
    }

    [TestMethod]
    public async Task Key_replaced_under_the_same_kid_counts_as_removed()
    {
        using var app = new KeysApp();
        string validated = app.CreateLongLivedToken();
        string fresh = app.CreateLongLivedToken("bob");
        Assert.AreEqual(200, await app.GetStatusAsync(validated));
        var other = TestSigningKey.Create();
        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(
            release.Task, MisbehavingServer.Json(CognitoTestPool.WriteJwks([other]).Replace(other.Id, app.Pool.IdTokenKey.Id)));

        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.GetStatusAsync(validated));
        release.SetResult(true);
        await app.Log.WaitForAsync(KeysApp.Fetched, 2);

        Assert.AreEqual(401, await app.GetStatusAsync(validated));
        Assert.AreEqual(401, await app.GetStatusAsync(fresh));
        Assert.AreEqual(2, app.Fetches);
    }

    [TestMethod]
    public async Task Refresh_with_the_same_key_keeps_validated_tokens()
    {
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        Assert.AreEqual(200, await app.GetStatusAsync(token));

        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        await app.Log.WaitForAsync(KeysApp.Fetched, 2);

        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(0, app.Log.GetTexts(KeysApp.KeyDropped).Count);
    }

    [TestMethod]
    public async Task Clearing_MemoryCache_costs_a_fetch_and_restores_no_removed_key()
    {
        using var app = new KeysApp();
        string validated = app.CreateLongLivedToken();
        Assert.AreEqual(200, await app.GetStatusAsync(validated));
        app.Pool.RotateKeys();
        app.Pool.DropOldKeys();

        ClearMemoryCache();
        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken("bob")));

        Assert.AreEqual(2, app.Fetches);
        Assert.AreEqual(401, await app.GetStatusAsync(validated));
    }

    [TestMethod]
    public async Task Clearing_MemoryCache_during_a_cool_down_rejects_no_good_token()
    {
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        string another = app.CreateLongLivedToken("bob");
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));

        ClearMemoryCache();

        Assert.AreEqual(200, await app.GetStatusAsync(another));
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
