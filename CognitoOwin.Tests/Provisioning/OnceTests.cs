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

/// <summary>How often the handler runs, and for whom at the same time, whatever requests come, go or fail meanwhile.</summary>
[TestClass]
public sealed class OnceTests : IDisposable
{
    private readonly CognitoTestPool _pool = new();

    [TestMethod]
    public async Task Concurrent_first_requests_of_one_token_run_the_handler_once()
    {
        var allAreIn = new TaskCompletionSource<bool>();
        var runs = 0;
        using var host = ProvisionedApp.Start(_pool, async context =>
        {
            Interlocked.Increment(ref runs);
            await allAreIn.Task;
            context.AddClaim("local_id", "42");
        });
        var authorization = "Bearer " + _pool.IdToken();

        var requests = Enumerable.Range(0, 200).Select(_ => Task.Run(() => host.GetAsync("/", authorization))).ToList();
        allAreIn.SetResult(true);
        var answers = await Task.WhenAll(requests);

        Assert.AreEqual(1, runs);
        Assert.IsTrue(answers.All(answer => answer.StatusCode == 200 && answer.Body == "42"));
    }

    [TestMethod]
    public async Task Concurrent_tokens_of_one_user_run_the_handler_one_at_a_time()
    {
        var tokens = Enumerable.Range(0, 50).Select(_ => "Bearer " + _pool.IdToken("alice")).ToList();
        var running = 0;
        var most = 0;
        var rows = new ConcurrentBag<string>();
        var seen = new ConcurrentDictionary<string, int>();
        using var host = ProvisionedApp.Start(_pool, async context =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            seen.AddOrUpdate(context.RawToken, 1, (_, count) => count + 1);

            // What an application does that looks first and creates then.
            if (rows.IsEmpty)
            {
                await Task.Yield();
                rows.Add(context.Subject);
            }

            context.AddClaim("local_id", "42");
            Interlocked.Decrement(ref running);
        });

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => Task.Run(() => host.GetAsync("/", tokens[i % tokens.Count]))));

        Assert.IsTrue(answers.All(answer => answer.StatusCode == 200 && answer.Body == "42"));
        Assert.AreEqual(1, most);
        Assert.AreEqual(1, rows.Count);
        Assert.AreEqual(50, seen.Count);
        Assert.IsTrue(seen.Values.All(runs => runs == 1));
    }

    [TestMethod]
    public async Task Handlers_of_two_users_run_in_parallel()
    {
        var aliceIsIn = new TaskCompletionSource<bool>();
        var bobIsIn = new TaskCompletionSource<bool>();
        using var host = ProvisionedApp.Start(_pool, context =>
        {
            var (mine, other) = context.Username == "alice" ? (aliceIsIn, bobIsIn) : (bobIsIn, aliceIsIn);
            mine.SetResult(true);
            return other.Task;
        });

        var answers = await Task.WhenAll(
            host.GetAsync("/", "Bearer " + _pool.IdToken("alice")), host.GetAsync("/", "Bearer " + _pool.IdToken("bob")));

        Assert.IsTrue(answers.All(answer => answer.StatusCode == 200));
    }

    [TestMethod]
    public async Task Handlers_of_the_same_sub_in_two_pools_run_in_parallel()
    {
        using var other = new CognitoTestPool();
        var here = new TaskCompletionSource<bool>();
        var there = new TaskCompletionSource<bool>();
        using var host = ProvisionedApp.Start(
            _pool,
            context =>
            {
                var (mine, others) = context.Issuer == _pool.Issuer ? (here, there) : (there, here);
                mine.SetResult(true);
                return others.Task;
            },
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
        var isRunning = new TaskCompletionSource<bool>();
        var bothAreIn = new TaskCompletionSource<bool>();
        var runs = 0;
        using var host = ProvisionedApp.Start(_pool, async _ =>
        {
            if (++runs == 1)
            {
                isRunning.SetResult(true);
                await bothAreIn.Task;
                throw new InvalidOperationException("The database is down.");
            }
        });
        var authorization = "Bearer " + _pool.IdToken();

        var first = host.GetAsync("/", authorization);
        await isRunning.Task;

        // Its token is known by now, so that it is in line when this call comes back.
        var second = host.GetAsync("/", authorization);
        bothAreIn.SetResult(true);

        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => first);
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => second);
        Assert.AreEqual(1, runs);
        Assert.AreEqual(200, (await host.GetAsync("/", authorization)).StatusCode);
        Assert.AreEqual(2, runs);
    }

    [TestMethod]
    public async Task Handler_completes_when_its_client_disconnects()
    {
        using var hangUp = new CancellationTokenSource();
        var isRunning = new TaskCompletionSource<bool>();
        var mayEnd = new TaskCompletionSource<bool>();
        var runs = 0;
        using var host = ProvisionedApp.Start(_pool, async context =>
        {
            runs++;
            isRunning.SetResult(true);
            await mayEnd.Task;
            context.CancellationToken.ThrowIfCancellationRequested();
            context.AddClaim("local_id", "42");
        });
        string token = _pool.IdToken();

        var impatient = host.SendAsync(Request(token, hangUp.Token));
        await isRunning.Task;
        hangUp.Cancel();
        var patient = host.GetAsync("/", "Bearer " + token);
        mayEnd.SetResult(true);
        await impatient;

        Assert.AreEqual("42", (await patient).Body);
        Assert.AreEqual("42", (await host.GetAsync("/", "Bearer " + token)).Body);
        Assert.AreEqual(1, runs);
    }

    [TestMethod]
    public async Task Waiting_client_that_disconnects_ends_only_its_own_request()
    {
        using var hangUp = new CancellationTokenSource();
        var isRunning = new TaskCompletionSource<bool>();
        var mayEnd = new TaskCompletionSource<bool>();
        using var host = ProvisionedApp.Start(_pool, async context =>
        {
            isRunning.SetResult(true);
            await mayEnd.Task;
            context.AddClaim("local_id", "42");
        });
        string token = _pool.IdToken();

        var first = host.GetAsync("/", "Bearer " + token);
        await isRunning.Task;
        var impatient = host.SendAsync(Request(token, hangUp.Token));
        hangUp.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(() => impatient);
        mayEnd.SetResult(true);
        Assert.AreEqual("42", (await first).Body);
    }

    [TestMethod]
    public async Task Next_waiter_runs_the_handler_when_it_stops_with_its_client()
    {
        using var hangUp = new CancellationTokenSource();
        var isRunning = new TaskCompletionSource<bool>();
        var runs = 0;
        using var host = ProvisionedApp.Start(_pool, async context =>
        {
            if (++runs == 1)
            {
                isRunning.SetResult(true);
                await Task.Delay(Timeout.Infinite, context.Request.CallCancelled);
            }

            context.AddClaim("local_id", "42");
        });
        string token = _pool.IdToken();

        var impatient = host.SendAsync(Request(token, hangUp.Token));
        await isRunning.Task;
        var patient = host.GetAsync("/", "Bearer " + token);
        hangUp.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(() => impatient);
        Assert.AreEqual("42", (await patient).Body);
        Assert.AreEqual(2, runs);
    }

    [TestMethod]
    public async Task Timeout_raised_by_the_handler_is_reported_to_all_waiters()
    {
        using var timeOut = new CancellationTokenSource();
        var isRunning = new TaskCompletionSource<bool>();
        var runs = 0;
        using var host = ProvisionedApp.Start(_pool, async _ =>
        {
            runs++;
            isRunning.TrySetResult(true);
            await Task.Delay(Timeout.Infinite, timeOut.Token);
        });
        string token = _pool.IdToken();

        var first = host.GetAsync("/", "Bearer " + token);
        await isRunning.Task;
        var others = Enumerable.Range(0, 10).Select(_ => host.GetAsync("/", "Bearer " + token)).ToList();
        timeOut.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(() => first);
        foreach (var other in others)
        {
            await Assert.ThrowsAsync<OperationCanceledException>(() => other);
        }

        Assert.AreEqual(1, runs);
    }

    [TestMethod]
    public async Task EveryRequest_client_that_disconnects_in_line_runs_no_handler()
    {
        using var hangUp = new CancellationTokenSource();
        var isRunning = new TaskCompletionSource<bool>();
        var mayEnd = new TaskCompletionSource<bool>();
        var runs = 0;
        using var host = ProvisionedApp.Start(
            _pool,
            async _ =>
            {
                runs++;
                isRunning.TrySetResult(true);
                await mayEnd.Task;
            },
            options => options.Provisioning = CognitoProvisioning.EveryRequest);
        string token = _pool.IdToken();

        var first = host.GetAsync("/", "Bearer " + token);
        await isRunning.Task;
        var impatient = host.SendAsync(Request(token, hangUp.Token));
        hangUp.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(() => impatient);
        mayEnd.SetResult(true);
        Assert.AreEqual(200, (await first).StatusCode);
        Assert.AreEqual(1, runs);
    }

    [TestMethod]
    public async Task Handler_without_a_token_cache_runs_every_time_one_at_a_time()
    {
        var running = 0;
        var most = 0;
        var runs = 0;
        using var host = ProvisionedApp.Start(
            _pool,
            async _ =>
            {
                Interlocked.Increment(ref runs);
                most = Math.Max(most, Interlocked.Increment(ref running));
                await Task.Yield();
                Interlocked.Decrement(ref running);
            },
            options => options.TokenCache.Enabled = false);
        var authorization = "Bearer " + _pool.IdToken();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.GetAsync("/", authorization))));

        Assert.AreEqual(20, runs);
        Assert.AreEqual(1, most);
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

        var banned = await host.GetAsync("/", authorization);
        isBanned = false;
        var back = await host.GetAsync("/", authorization);
        isBanned = true;
        var remembered = await host.GetAsync("/", authorization);

        Assert.AreEqual(401, banned.StatusCode);
        StringAssert.EndsWith(banned.Header("WWW-Authenticate"), "error=\"invalid_token\", error_description=\"This account is closed.\"");
        Assert.AreEqual(200, back.StatusCode);
        Assert.AreEqual(200, remembered.StatusCode);
        Assert.AreEqual(2, runs);
    }

    [TestMethod]
    [DataRow(CognitoProvisioning.OncePerToken)]
    [DataRow(CognitoProvisioning.EveryRequest)]
    public async Task Handler_that_requests_its_own_token_throws(CognitoProvisioning provisioning)
    {
        OwinTestHost? host = null;
        var authorization = "Bearer " + _pool.IdToken();
        using (host = ProvisionedApp.Start(
            _pool, async _ => await host!.GetAsync("/", authorization), options => options.Provisioning = provisioning))
        {
            var e = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => host.GetAsync("/", authorization));

            StringAssert.Contains(e.Message, "would wait for itself");
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
    public async Task Disposed_application_cancels_a_running_handler()
    {
        var isRunning = new TaskCompletionSource<bool>();
        var host = ProvisionedApp.Start(_pool, async context =>
        {
            isRunning.SetResult(true);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });
        var request = host.GetAsync("/", "Bearer " + _pool.IdToken());
        await isRunning.Task;

        host.Dispose();

        await Assert.ThrowsAsync<OperationCanceledException>(() => request);
    }

    [TestMethod]
    public async Task Context_changed_after_the_handler_has_no_effect()
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
        var provider = new UsersOfTheRequest();
        using var host = OwinTestHost.Start(app =>
        {
            app.Use((context, next) =>
            {
                // As Autofac and its kind do.
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

    public void Dispose() => _pool.Dispose();

    private static OwinTestRequest Request(string token, CancellationToken callCancelled) =>
        new("GET", "/") { Authorization = "Bearer " + token, CallCancelled = callCancelled };

    private sealed class UsersOfTheRequest : CognitoJwtAuthenticationProvider
    {
        public List<string> Seen { get; } = [];

        public override async Task ProvisionUser(CognitoProvisionUserContext context)
        {
            await Task.Yield();
            Seen.Add(context.OwinContext.Get<List<string>>("request.services").Single() + " " + context.Username);
        }
    }
}
