using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Provisioning;

/// <summary>How often the provisioning handler runs, also for concurrent, cancelled and failed requests.</summary>
[TestClass]
public sealed class OnceTests : IDisposable
{
    private readonly CognitoTestPool _pool = new();
    private readonly BlockedHandler _handler = new();
    private readonly CancellationTokenSource _disconnect = new();

    [TestMethod]
    public async Task Concurrent_first_requests_of_one_token_run_the_handler_once()
    {
        using var host = ProvisionedApp.Start(_pool, _handler.AddLocalIdAsync, options => options.MaximumPendingProvisioning = 200);
        var authorization = "Bearer " + _pool.IdToken();

        var requests = Enumerable.Range(0, 200).Select(_ => Task.Run(() => host.GetAsync("/", authorization))).ToList();
        _handler.Release();
        var answers = await Task.WhenAll(requests);

        Assert.AreEqual(1, _handler.Runs);
        Assert.IsTrue(answers.All(answer => answer.StatusCode == 200 && answer.Body == "42"));
    }

    [TestMethod]
    public async Task Handler_runs_one_at_a_time_for_concurrent_tokens_of_one_user()
    {
        var tokens = Enumerable.Range(0, 50).Select(_ => "Bearer " + _pool.IdToken("alice")).ToList();
        var running = 0;
        var maximumRunning = 0;
        var rows = new ConcurrentBag<string>();
        var runsPerToken = new ConcurrentDictionary<string, int>();
        async Task ProvisionAsync(CognitoProvisionUserContext context)
        {
            maximumRunning = Math.Max(maximumRunning, Interlocked.Increment(ref running));
            runsPerToken.AddOrUpdate(context.RawToken, 1, (_, count) => count + 1);

            // Looks for the row first and then creates it, as many applications do.
            if (rows.IsEmpty)
            {
                await Task.Yield();
                rows.Add(context.Subject);
            }

            context.AddClaim("local_id", "42");
            Interlocked.Decrement(ref running);
        }

        using var host = ProvisionedApp.Start(_pool, ProvisionAsync, options => options.MaximumPendingProvisioning = 200);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => Task.Run(() => host.GetAsync("/", tokens[i % tokens.Count]))));

        Assert.IsTrue(answers.All(answer => answer.StatusCode == 200 && answer.Body == "42"));
        Assert.AreEqual(1, maximumRunning);
        Assert.AreEqual(1, rows.Count);
        Assert.AreEqual(50, runsPerToken.Count);
        Assert.IsTrue(runsPerToken.Values.All(runs => runs == 1));
    }

    [TestMethod]
    public async Task Handlers_of_two_users_run_in_parallel()
    {
        var handlers = new BothStarted();
        using var host = ProvisionedApp.Start(_pool, context => handlers.StartAndWaitForOtherAsync(isFirst: context.Username == "alice"));

        var answers = await Task.WhenAll(
            host.GetAsync("/", "Bearer " + _pool.IdToken("alice")), host.GetAsync("/", "Bearer " + _pool.IdToken("bob")));

        Assert.IsTrue(answers.All(answer => answer.StatusCode == 200));
    }

    [TestMethod]
    public async Task Handlers_of_the_same_sub_in_two_pools_run_in_parallel()
    {
        using var other = new CognitoTestPool();
        var handlers = new BothStarted();
        using var host = ProvisionedApp.Start(
            _pool,
            context => handlers.StartAndWaitForOtherAsync(isFirst: context.Issuer == _pool.Issuer),
            options =>
            {
                options.UserPools = [_pool.UserPool, other.UserPool];
                options.Keys.HttpMessageHandler = new TwoPoolJwksHandler(_pool, other);
            });

        var answers = await Task.WhenAll(
            host.GetAsync("/", "Bearer " + _pool.IdToken("alice")), host.GetAsync("/", "Bearer " + other.IdToken("alice")));

        Assert.IsTrue(answers.All(answer => answer.StatusCode == 200));
    }

    [TestMethod]
    public async Task Failed_handler_fails_all_waiters_and_the_next_request_retries()
    {
        using var host = ProvisionedApp.Start(_pool, async _ =>
        {
            await _handler.RunAsync();
            if (_handler.Runs == 1)
            {
                throw new InvalidOperationException("The database is down.");
            }
        });
        var authorization = "Bearer " + _pool.IdToken();

        var first = host.GetAsync("/", authorization);
        await _handler.Started;

        // The token is in the cache. So when GetAsync returns its task, the request already waits for the handler.
        var second = host.GetAsync("/", authorization);
        _handler.Release();

        Assert.AreEqual(503, (await first).StatusCode);
        Assert.AreEqual(503, (await second).StatusCode);
        Assert.AreEqual(1, _handler.Runs);
        Assert.AreEqual(200, (await host.GetAsync("/", authorization)).StatusCode);
        Assert.AreEqual(2, _handler.Runs);
    }

    [TestMethod]
    public async Task Handler_completes_when_its_client_disconnects()
    {
        using var host = ProvisionedApp.Start(_pool, _handler.AddLocalIdAsync);
        string token = _pool.IdToken();

        var disconnected = host.SendAsync(CreateRequest(token, _disconnect.Token));
        await _handler.Started;
        _disconnect.Cancel();
        var waiting = host.GetAsync("/", "Bearer " + token);
        _handler.Release();
        await disconnected;

        Assert.AreEqual("42", (await waiting).Body);
        Assert.AreEqual("42", (await host.GetAsync("/", "Bearer " + token)).Body);
        Assert.AreEqual(1, _handler.Runs);
    }

    [TestMethod]
    public async Task Waiting_client_that_disconnects_ends_only_its_own_request()
    {
        using var host = ProvisionedApp.Start(_pool, _handler.AddLocalIdAsync);

        var first = await SendWithDisconnectingWaiterAsync(host);

        Assert.AreEqual("42", first.Body);
        Assert.AreEqual(1, _handler.Runs);
    }

    [TestMethod]
    public async Task Waiting_request_runs_the_handler_when_the_first_is_cancelled()
    {
        using var host = ProvisionedApp.Start(_pool, async context =>
        {
            await _handler.RunAsync(
                _handler.Runs == 0 ? Task.Delay(Timeout.Infinite, context.Request.CallCancelled) : Task.CompletedTask);
            context.AddClaim("local_id", "42");
        });
        string token = _pool.IdToken();

        var disconnected = host.SendAsync(CreateRequest(token, _disconnect.Token));
        await _handler.Started;
        var waiting = host.GetAsync("/", "Bearer " + token);
        _disconnect.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(() => disconnected);
        Assert.AreEqual("42", (await waiting).Body);
        Assert.AreEqual(2, _handler.Runs);
    }

    [TestMethod]
    public async Task Timeout_raised_by_the_handler_is_reported_to_all_waiters()
    {
        using var timeout = new CancellationTokenSource();
        using var host = ProvisionedApp.Start(_pool, _ => _handler.RunAsync(Task.Delay(Timeout.Infinite, timeout.Token)));
        var authorization = "Bearer " + _pool.IdToken();

        var first = host.GetAsync("/", authorization);
        await _handler.Started;
        var others = Enumerable.Range(0, 10).Select(_ => host.GetAsync("/", authorization)).ToList();
        timeout.Cancel();

        foreach (var request in others.Append(first))
        {
            Assert.AreEqual(503, (await request).StatusCode);
        }

        Assert.AreEqual(1, _handler.Runs);
    }

    [TestMethod]
    public async Task EveryRequest_client_that_disconnects_while_waiting_runs_no_handler()
    {
        using var host = ProvisionedApp.Start(
            _pool, _ => _handler.RunAsync(), options => options.Provisioning = CognitoProvisioning.EveryRequest);

        var first = await SendWithDisconnectingWaiterAsync(host);

        Assert.AreEqual(200, first.StatusCode);
        Assert.AreEqual(1, _handler.Runs);
    }

    [TestMethod]
    public async Task Handler_without_a_token_cache_runs_every_time_never_in_parallel()
    {
        var running = 0;
        var maximumRunning = 0;
        var runs = 0;
        using var host = ProvisionedApp.Start(
            _pool,
            async _ =>
            {
                Interlocked.Increment(ref runs);
                maximumRunning = Math.Max(maximumRunning, Interlocked.Increment(ref running));
                await Task.Yield();
                Interlocked.Decrement(ref running);
            },
            options => options.TokenCache.Enabled = false);
        var authorization = "Bearer " + _pool.IdToken();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.GetAsync("/", authorization))));

        Assert.AreEqual(20, runs);
        Assert.AreEqual(1, maximumRunning);
    }

    [TestMethod]
    public async Task Rejected_user_is_provisioned_again_on_the_next_request()
    {
        var isBanned = true;
        var runs = 0;
        using var host = ProvisionedApp.Start(_pool, context =>
        {
            runs++;
            if (isBanned)
            {
                context.Reject("This account is closed.");
            }

            return Task.FromResult(0);
        });
        var authorization = "Bearer " + _pool.IdToken();

        var rejected = await host.GetAsync("/", authorization);
        isBanned = false;
        var accepted = await host.GetAsync("/", authorization);
        isBanned = true;
        var remembered = await host.GetAsync("/", authorization);

        Assert.AreEqual(401, rejected.StatusCode);
        StringAssert.EndsWith(rejected.Header("WWW-Authenticate"), "error=\"invalid_token\", error_description=\"This account is closed.\"");
        Assert.AreEqual(200, accepted.StatusCode);
        Assert.AreEqual(200, remembered.StatusCode);
        Assert.AreEqual(2, runs);
    }

    [TestMethod]
    [DataRow(CognitoProvisioning.OncePerToken)]
    [DataRow(CognitoProvisioning.EveryRequest)]
    public async Task Handler_that_calls_the_application_for_the_same_user_is_answered_503(CognitoProvisioning provisioning)
    {
        OwinTestHost? host = null;
        OwinTestResponse? inner = null;
        Exception? exception = null;
        var authorization = "Bearer " + _pool.IdToken();
        using (host = ProvisionedApp.Start(
            _pool,
            async _ => inner = await host!.GetAsync("/", authorization),
            options =>
            {
                options.Provisioning = provisioning;
                options.Provider.OnProvisioningFailed = context => Task.FromResult(exception = context.Exception);
            }))
        {
            Assert.AreEqual(200, (await host.GetAsync("/", authorization)).StatusCode);

            Assert.AreEqual(503, inner!.StatusCode);
            StringAssert.Contains(exception!.Message, "would wait for itself");
        }
    }

    [TestMethod]
    public async Task Handler_can_call_the_application_as_another_user()
    {
        OwinTestHost? host = null;
        var service = "Bearer " + _pool.IdToken("service");
        using (host = ProvisionedApp.Start(
            _pool, context => context.Username == "service" ? Task.FromResult(0) : host!.GetAsync("/", service)))
        {
            Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + _pool.IdToken("alice"))).StatusCode);
        }
    }

    [TestMethod]
    [DataRow(CognitoProvisioning.OncePerToken)]
    [DataRow(CognitoProvisioning.EveryRequest)]
    public async Task Disposed_application_cancels_a_running_handler(CognitoProvisioning provisioning)
    {
        var host = ProvisionedApp.Start(
            _pool,
            context => _handler.RunAsync(Task.Delay(Timeout.Infinite, context.CancellationToken)),
            options => options.Provisioning = provisioning);
        var request = host.GetAsync("/", "Bearer " + _pool.IdToken());
        await _handler.Started;

        host.Dispose();

        Assert.AreEqual(503, (await request).StatusCode);
    }

    [TestMethod]
    public async Task Changing_the_context_after_the_handler_has_no_effect()
    {
        CognitoProvisionUserContext? kept = null;
        using var host = ProvisionedApp.Start(_pool, context =>
        {
            kept = context;
            return Task.FromResult(0);
        });
        var authorization = "Bearer " + _pool.IdToken();
        await host.GetAsync("/", authorization);

        kept!.AddClaim("local_id", "42");

        Assert.AreEqual("", (await host.GetAsync("/", authorization)).Body);
    }

    [TestMethod]
    public async Task Derived_provider_uses_the_services_of_each_request()
    {
        var provider = new RequestServicesProvider();
        using var host = OwinTestHost.Start(app =>
        {
            app.Use((context, next) =>
            {
                // A dependency injection container such as Autofac stores its scope like this.
                context.Set("request.services", new List<string> { context.Request.Path.Value });
                return next();
            });
            app.UseCognitoJwt(options =>
            {
                _pool.Configure(options);
                options.Provider = provider;
                options.Provisioning = CognitoProvisioning.EveryRequest;
            });
        });
        var authorization = "Bearer " + _pool.IdToken("alice");

        await host.GetAsync("/one", authorization);
        await host.GetAsync("/two", authorization);

        CollectionAssert.AreEqual(new[] { "/one alice", "/two alice" }, provider.Seen);
    }

    public void Dispose()
    {
        _disconnect.Dispose();
        _pool.Dispose();
    }

    /// <summary>
    /// Sends a request that runs the handler, and a second request with the same token. The client of the second request disconnects
    /// while the request waits. Returns the response to the first request.
    /// </summary>
    private async Task<OwinTestResponse> SendWithDisconnectingWaiterAsync(OwinTestHost host)
    {
        string token = _pool.IdToken();
        var first = host.GetAsync("/", "Bearer " + token);
        await _handler.Started;
        var disconnected = host.SendAsync(CreateRequest(token, _disconnect.Token));
        _disconnect.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => disconnected);
        _handler.Release();
        return await first;
    }

    private static OwinTestRequest CreateRequest(string token, CancellationToken callCancelled) =>
        new("GET", "/") { Authorization = "Bearer " + token, CallCancelled = callCancelled };

    /// <summary>Two handlers that each wait until the other one has started.</summary>
    private sealed class BothStarted
    {
        private readonly TaskCompletionSource<bool> _first = new();
        private readonly TaskCompletionSource<bool> _second = new();

        public Task<bool> StartAndWaitForOtherAsync(bool isFirst)
        {
            var (mine, other) = isFirst ? (_first, _second) : (_second, _first);
            mine.SetResult(true);
            return other.Task;
        }
    }

    private sealed class RequestServicesProvider : CognitoJwtAuthenticationProvider
    {
        public List<string> Seen { get; } = [];

        public override async Task ProvisionUser(CognitoProvisionUserContext context)
        {
            await Task.Yield();
            Seen.Add(context.OwinContext.Get<List<string>>("request.services").Single() + " " + context.Username);
        }
    }
}
