using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Keys;

[TestClass]
public sealed class SharedFetchTests
{
    [TestMethod]
    public async Task Thousand_concurrent_first_requests_share_one_fetch()
    {
        using var app = new KeysApp();
        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(release.Task, app.ServeKeys);
        string[] tokens = [app.Pool.IdToken("alice"), app.Pool.IdToken("bob"), app.Pool.AccessToken("alice"), app.Pool.AccessToken("bob")];

        var requests = Enumerable.Range(0, 1000).Select(i => app.GetStatusAsync(tokens[i % tokens.Length])).ToArray();
        await app.Server.WaitForFetchesAsync(1);
        Assert.IsFalse(requests.Any(request => request.IsCompleted));
        release.SetResult(true);
        var statuses = await Task.WhenAll(requests);

        Assert.AreEqual(1000, statuses.Count(status => status == 200));
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Thousand_concurrent_first_requests_share_one_failed_fetch()
    {
        using var app = new KeysApp();
        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(release.Task, MisbehavingServer.Status(500));
        string token = app.Pool.IdToken();

        var requests = Enumerable.Range(0, 1000).Select(_ => app.GetStatusAsync(token)).ToArray();
        await app.Server.WaitForFetchesAsync(1);
        release.SetResult(true);
        var statuses = await Task.WhenAll(requests);

        Assert.AreEqual(1000, statuses.Count(status => status == 503));
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Blocking_application_delays_no_other_waiter_of_the_same_fetch()
    {
        using var both = new Barrier(2);
        using var app = new KeysApp(application: context =>
        {
            context.Response.StatusCode = both.SignalAndWait(TimeSpan.FromSeconds(20)) ? 200 : 500;
            return Task.CompletedTask;
        });
        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(release.Task, app.ServeKeys);
        string token = app.Pool.IdToken();

        var first = app.GetStatusAsync(token);
        var second = app.GetStatusAsync(token);
        release.SetResult(true);

        Assert.AreEqual(200, await first);
        Assert.AreEqual(200, await second);
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Fetch_continues_when_a_client_disconnects()
    {
        using var app = new KeysApp();
        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(release.Task, app.ServeKeys);
        string token = app.Pool.IdToken();
        using var disconnect = new CancellationTokenSource();

        var cancelled = app.SendAsync(token, disconnect.Token);
        var waiting = app.GetStatusAsync(token);
        disconnect.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled);
        release.SetResult(true);

        Assert.AreEqual(200, await waiting);
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Start_fetches_the_keys_by_default()
    {
        // The test kit turns the default off.
        using var app = new KeysApp(options => options.Keys.Prefetch = new CognitoKeysOptions().Prefetch);

        await app.Log.WaitForAsync(KeysApp.Fetched);
        app.Server.OnRequest = MisbehavingServer.Status(500);

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task First_request_joins_the_running_prefetch()
    {
        using var app = new KeysApp(options => options.Keys.Prefetch = true);
        string token = app.Pool.IdToken();

        var statuses = await Task.WhenAll(app.GetStatusAsync(token), app.GetStatusAsync(token));

        CollectionAssert.AreEqual(new[] { 200, 200 }, statuses);
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Validation_without_caching_fetches_each_time()
    {
        using var app = new KeysApp(options => options.Keys.CachingEnabled = false);
        string token = app.Pool.IdToken();

        for (var i = 1; i <= 3; i++)
        {
            Assert.AreEqual(200, await app.GetStatusAsync(token));
            Assert.AreEqual(i, app.Fetches);
        }

        app.Server.OnRequest = MisbehavingServer.Status(500);
        Assert.AreEqual(503, await app.GetStatusAsync(token));
        app.Server.OnRequest = app.ServeKeys;
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(5, app.Fetches);
    }

    [TestMethod]
    public async Task Concurrent_validations_without_caching_share_one_fetch()
    {
        using var app = new KeysApp(options => options.Keys.CachingEnabled = false);
        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(release.Task, app.ServeKeys);
        string token = app.Pool.IdToken();

        var requests = Enumerable.Range(0, 100).Select(_ => app.GetStatusAsync(token)).ToArray();
        await app.Server.WaitForFetchesAsync(1);
        release.SetResult(true);

        Assert.IsTrue((await Task.WhenAll(requests)).All(status => status == 200));
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Disposed_application_ends_its_fetch_and_starts_no_other()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = app.Server.SlowHeaders();
        string token = app.Pool.IdToken();

        var waiting = app.GetStatusAsync(token);
        await app.Server.WaitForFetchesAsync(1);
        app.Unload();

        Assert.AreEqual(503, await waiting);
        await app.Server.WaitForDisconnectsAsync(1);
        Assert.AreEqual(503, await app.GetStatusAsync(token));
        Assert.AreEqual(1, app.Fetches);
        Assert.AreEqual(0, app.Log.GetTexts(KeysApp.FetchFailed).Count, "A fetch that the application cancels when it is unloaded is not logged as failed.");
        Assert.IsFalse(
            System.Runtime.Caching.MemoryCache.Default.Any(entry => entry.Key.Contains(app.Pool.UserPool.Name!)),
            "The keys are still in MemoryCache.");
    }
}
