using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Keys;
using CognitoOwin.Tests.Requests;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin.Logging;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Provisioning;

/// <summary>Handlers and profiles that many requests wait for: the others go on.</summary>
[TestClass]
public sealed class PendingTests : IDisposable
{
    private const int Refused = 303;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly CognitoTestPool _pool;
    private readonly RecordingLog _log = new();

    public PendingTests() => _pool = new CognitoTestPool { TimeProvider = _time };

    [TestMethod]
    public async Task Blocking_handlers_of_250_new_users_do_not_affect_a_seen_user()
    {
        using var released = new ManualResetEventSlim();
        var started = new Signal();
        var runs = 0;
        using var host = Start(context =>
        {
            if (context.Username != "alice")
            {
                // Blocks its thread, as a handler does that asks a database without await.
                Interlocked.Increment(ref runs);
                started.Add();
                released.Wait();
            }

            return Task.CompletedTask;
        });
        var seen = "Bearer " + _pool.IdToken("alice");
        Assert.AreEqual("alice", (await host.GetAsync("/", seen)).Body);

        var requests = Enumerable.Range(0, 250).Select(i => host.GetAsync("/", "Bearer " + _pool.IdToken("new" + i))).ToList();
        var answered = CountAnswers(requests);
        await started.WaitForAsync(100);
        await answered.WaitForAsync(150);

        for (var i = 0; i < 10; i++)
        {
            Assert.AreEqual("alice", (await host.GetAsync("/", seen)).Body);
        }

        var open = await host.GetAsync("/open", "Bearer " + _pool.IdToken("another"));
        Assert.AreEqual((200, "nobody"), (open.StatusCode, open.Body));
        var excess = await Task.WhenAll(requests.Where(request => request.IsCompleted));
        Assert.HasCount(150, excess);
        Assert.IsTrue(excess.All(answer => answer.StatusCode == 503 && answer.Header("Retry-After") == "5"));

        released.Set();
        Assert.AreEqual(100, (await Task.WhenAll(requests)).Count(answer => answer.StatusCode == 200));
        Assert.AreEqual(100, runs);
        Assert.AreEqual("new249", (await host.GetAsync("/", "Bearer " + _pool.IdToken("new249"))).Body, "The limit is for requests that wait.");
        Assert.HasCount(1, _log.GetTexts(Refused));
    }

    [TestMethod]
    public async Task Excess_is_logged_once_a_minute_with_its_number()
    {
        var handler = new BlockedHandler();
        var failures = new List<CognitoProvisioningFailedContext>();
        using var host = Start(_ => handler.RunAsync(), options =>
        {
            options.MaximumPendingProvisioning = 1;
            options.ProvisioningTimeout = TimeSpan.FromMinutes(10);
            options.Provider.OnProvisioningFailed = context =>
            {
                failures.Add(context);
                return Task.CompletedTask;
            };
        });
        await host.GetAsync("/open", "Bearer " + _pool.ClientCredentialsToken("notes/read"));
        var waiting = host.GetAsync("/", "Bearer " + _pool.IdToken("alice"));
        await handler.Started;

        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual(503, (await host.GetAsync("/", "Bearer " + _pool.IdToken("bob"))).StatusCode);
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.AreEqual(503, (await host.GetAsync("/", "Bearer " + _pool.IdToken("bob"))).StatusCode);
        handler.Release();

        Assert.AreEqual(200, (await waiting).StatusCode);
        CollectionAssert.AreEqual(new[] { "1", "3" }, _log.GetTexts(Refused).Select(text => text.TrimEnd('.').Split(' ').Last()).ToArray());
        Assert.IsTrue(failures.All(failure => failure.Exception == null && failure.IsRepeated));
        Assert.HasCount(4, failures);
    }

    [TestMethod]
    public async Task Handler_that_runs_after_its_timeout_counts_as_pending()
    {
        var handler = new BlockedHandler();
        using var host = Start(
            context => context.Username == "alice" ? handler.RunAsync() : Task.CompletedTask, options => options.MaximumPendingProvisioning = 1);
        await host.GetAsync("/open", "Bearer " + _pool.ClientCredentialsToken("notes/read"));
        var abandoned = host.GetAsync("/", "Bearer " + _pool.IdToken("alice"));
        await handler.Started;
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.AreEqual(503, (await abandoned).StatusCode);

        Assert.AreEqual(503, (await host.GetAsync("/", "Bearer " + _pool.IdToken("bob"))).StatusCode);

        handler.Release();
        var answer = await host.GetAsync("/", "Bearer " + _pool.IdToken("bob"));
        for (var attempt = 0; attempt < 1_000 && answer.StatusCode == 503; attempt++)
        {
            // The end of the handler is counted on another thread.
            await Task.Yield();
            answer = await host.GetAsync("/", "Bearer " + _pool.IdToken("bob"));
        }

        Assert.AreEqual("bob", answer.Body);
    }

    [TestMethod]
    public async Task Profiles_that_hang_do_not_affect_a_seen_user()
    {
        using var profiles = new HangingHandler();
        using var host = Start(_ => Task.CompletedTask, options =>
        {
            options.UserInfo = CognitoUserInfo.GetUser;
            options.UserInfoHttpMessageHandler = profiles;
            options.MaximumPendingProvisioning = 3;
        });
        var seen = "Bearer " + _pool.IdToken("alice");
        await host.GetAsync("/", seen);

        var requests = Enumerable.Range(0, 10).Select(i => host.GetAsync("/", "Bearer " + _pool.AccessToken("new" + i))).ToList();

        await CountAnswers(requests).WaitForAsync(7);
        Assert.AreEqual(7, requests.Count(request => request.IsCompleted));
        await profiles.Calls.WaitForAsync(3);
        Assert.AreEqual("alice", (await host.GetAsync("/", seen)).Body);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.IsTrue((await Task.WhenAll(requests)).All(answer => answer.StatusCode == 503));
        Assert.AreEqual("bob", (await host.GetAsync("/", "Bearer " + _pool.IdToken("bob"))).Body);
    }

    [TestMethod]
    public async Task Handler_has_a_thread_of_its_own_and_the_application_has_not()
    {
        Thread? handler = null;
        Thread? application = null;
        var isPooled = true;
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                _pool.Configure(options);
                options.Provider.OnProvisionUser = _ =>
                {
                    handler = Thread.CurrentThread;
                    isPooled = handler.IsThreadPoolThread;
                    return Task.CompletedTask;
                };
            });
            app.Run(_ =>
            {
                application = Thread.CurrentThread;
                return Task.CompletedTask;
            });
        });

        await host.GetAsync("/", "Bearer " + _pool.IdToken());

        Assert.IsNotNull(handler);
        Assert.IsFalse(isPooled);
        Assert.AreNotSame(handler, application);
    }

    [TestMethod]
    public async Task Provider_without_a_handler_provisions_nobody()
    {
        var handler = new BlockedHandler();
        using var host = Start(_ => handler.RunAsync(), options => options.Provider = new ProviderOfAnotherEvent());

        Assert.AreEqual("alice", (await host.GetAsync("/", "Bearer " + _pool.AccessToken())).Body);
        Assert.AreEqual(0, handler.Runs);
    }

    public void Dispose() => _pool.Dispose();

    private static Signal CountAnswers(IEnumerable<Task> requests)
    {
        var answered = new Signal();
        foreach (var request in requests)
        {
            _ = request.ContinueWith(_ => answered.Add(), TaskScheduler.Default);
        }

        return answered;
    }

    private OwinTestHost Start(Func<CognitoProvisionUserContext, Task> handler, Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(_log);
            app.UseCognitoJwt(options =>
            {
                _pool.Configure(options);
                options.Provider.OnProvisionUser = handler;
                configure?.Invoke(options);
            });
            app.Run(ProtectedApp.AnswerAsync);
        });

    private sealed class HangingHandler : HttpMessageHandler
    {
        public Signal Calls { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls.Add();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("The pool has answered.");
        }
    }

    private sealed class ProviderOfAnotherEvent : CognitoJwtAuthenticationProvider
    {
        public override Task ApplyChallenge(CognitoApplyChallengeContext context) => Task.CompletedTask;
    }
}
