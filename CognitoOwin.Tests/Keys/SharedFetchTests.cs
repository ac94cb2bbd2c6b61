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
    public async Task A_thousand_concurrent_first_requests_are_answered_after_one_fetch()
    {
        using var app = new KeysApp();
        var go = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(go.Task, app.ServeKeys);
        string[] tokens = [app.Pool.IdToken("alice"), app.Pool.IdToken("bob"), app.Pool.AccessToken("alice"), app.Pool.AccessToken("bob")];

        var requests = Enumerable.Range(0, 1000).Select(i => app.StatusAsync(tokens[i % tokens.Length])).ToArray();
        await app.Server.WaitForFetchesAsync(1);
        Assert.IsFalse(requests.Any(request => request.IsCompleted));
        go.SetResult(true);
        var statuses = await Task.WhenAll(requests);

        Assert.AreEqual(1000, statuses.Count(status => status == 200));
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task A_thousand_concurrent_first_requests_learn_of_an_outage_by_one_fetch()
    {
        using var app = new KeysApp();
        var go = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(go.Task, MisbehavingServer.Status(500));
        string token = app.Pool.IdToken();

        var requests = Enumerable.Range(0, 1000).Select(_ => app.StatusAsync(token)).ToArray();
        await app.Server.WaitForFetchesAsync(1);
        go.SetResult(true);
        var statuses = await Task.WhenAll(requests);

        Assert.AreEqual(1000, statuses.Count(status => status == 503));
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task A_request_whose_application_blocks_holds_up_no_other_that_waited_for_the_same_fetch()
    {
        using var both = new Barrier(2);
        using var app = new KeysApp(application: context =>
        {
            context.Response.StatusCode = both.SignalAndWait(TimeSpan.FromSeconds(20)) ? 200 : 500;
            return Task.CompletedTask;
        });
        var go = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(go.Task, app.ServeKeys);
        string token = app.Pool.IdToken();

        var first = app.StatusAsync(token);
        var second = app.StatusAsync(token);
        go.SetResult(true);

        Assert.AreEqual(200, await first);
        Assert.AreEqual(200, await second);
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task A_client_that_goes_away_takes_the_fetch_from_nobody()
    {
        using var app = new KeysApp();
        var go = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(go.Task, app.ServeKeys);
        string token = app.Pool.IdToken();
        using var gone = new CancellationTokenSource();

        var impatient = app.SendAsync(token, gone.Token);
        var patient = app.StatusAsync(token);
        gone.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => impatient);
        go.SetResult(true);

        Assert.AreEqual(200, await patient);
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Prefetch_warms_the_cache_before_the_first_request_without_holding_the_start_up()
    {
        using var app = new KeysApp(options => options.Keys.Prefetch = true);

        await app.Log.WaitForAsync(KeysApp.Fetched);
        app.Server.OnRequest = MisbehavingServer.Status(500);

        Assert.AreEqual(200, await app.StatusAsync(app.Pool.IdToken()));
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task A_first_request_joins_the_prefetch_that_is_under_way()
    {
        using var app = new KeysApp(options => options.Keys.Prefetch = true);
        string token = app.Pool.IdToken();

        var statuses = await Task.WhenAll(app.StatusAsync(token), app.StatusAsync(token));

        CollectionAssert.AreEqual(new[] { 200, 200 }, statuses);
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Without_caching_each_validation_fetches()
    {
        using var app = new KeysApp(options => options.Keys.CachingEnabled = false);
        string token = app.Pool.IdToken();

        for (var i = 1; i <= 3; i++)
        {
            Assert.AreEqual(200, await app.StatusAsync(token));
            Assert.AreEqual(i, app.Fetches);
        }

        app.Server.OnRequest = MisbehavingServer.Status(500);
        Assert.AreEqual(503, await app.StatusAsync(token));
        app.Server.OnRequest = app.ServeKeys;
        Assert.AreEqual(200, await app.StatusAsync(token));
        Assert.AreEqual(5, app.Fetches);
    }

    [TestMethod]
    public async Task Without_caching_concurrent_validations_share_a_fetch()
    {
        using var app = new KeysApp(options => options.Keys.CachingEnabled = false);
        var go = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(go.Task, app.ServeKeys);
        string token = app.Pool.IdToken();

        var requests = Enumerable.Range(0, 100).Select(_ => app.StatusAsync(token)).ToArray();
        await app.Server.WaitForFetchesAsync(1);
        go.SetResult(true);

        Assert.IsTrue((await Task.WhenAll(requests)).All(status => status == 200));
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task The_end_of_the_application_ends_a_fetch_and_starts_none()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = app.Server.SlowHeaders();
        string token = app.Pool.IdToken();

        var waiting = app.StatusAsync(token);
        await app.Server.WaitForFetchesAsync(1);
        app.End();

        Assert.AreEqual(503, await waiting);
        await app.Server.WaitForHangUpsAsync(1);
        Assert.AreEqual(503, await app.StatusAsync(token));
        Assert.AreEqual(1, app.Fetches);
        Assert.AreEqual(0, app.Log.TextsOf(KeysApp.FetchFailed).Count, "A fetch that ends with the application is no failure.");
        Assert.IsFalse(
            System.Runtime.Caching.MemoryCache.Default.Any(entry => entry.Key.Contains(app.Pool.UserPool.Name!)),
            "The keys stay in MemoryCache.");
    }
}
