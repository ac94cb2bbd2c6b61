using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Keys;
using CognitoOwin.Tests.Requests;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin;
using Microsoft.Owin.Logging;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Provisioning;

/// <summary>A provisioning handler that throws or takes too long: what clients get, and what the operator reads.</summary>
[TestClass]
public sealed class FailureTests : IDisposable
{
    private const int Failed = 301;
    private const int Recovered = 302;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly CognitoTestPool _pool;
    private readonly RecordingLog _log = new();
    private readonly List<CognitoProvisioningFailedContext> _failures = [];
    private bool _reachedApplication;

    public FailureTests() => _pool = new CognitoTestPool { TimeProvider = _time };

    public static IEnumerable<object[]> Failures => new (string Name, Func<CognitoProvisionUserContext, Task> Handler)[]
    {
        ("throws at once", FailAtOnce),
        ("throws after it set the user", FailAfterSetUser),
        ("returns no task", _ => null!),
        ("times out by itself", _ => throw new TaskCanceledException("The query timed out.")),
    }.Select(failure => new object[] { failure.Name, failure.Handler });

    [TestMethod]
    [DynamicData(nameof(Failures))]
    public async Task Failure_leaves_open_actions_open_and_turns_401_into_503(string _, Func<CognitoProvisionUserContext, Task> handler)
    {
        using var host = Start(handler);
        var authorization = "Bearer " + _pool.IdToken();

        var open = await host.GetAsync("/open", authorization);
        var denied = await host.GetAsync("/", authorization);

        Assert.AreEqual((200, "nobody"), (open.StatusCode, open.Body));
        Assert.AreEqual("https://page.example", open.Header("Access-Control-Allow-Origin"));
        Assert.AreEqual((503, "Service Unavailable"), (denied.StatusCode, denied.ReasonPhrase));
        Assert.AreEqual("5", denied.Header("Retry-After"));
        Assert.IsNull(denied.Header("WWW-Authenticate"));
        Assert.AreEqual("https://page.example", denied.Header("Access-Control-Allow-Origin"));
        Assert.IsFalse(denied.Environment.TryGetValue("server.User", out var user) && user != null);
    }

    [TestMethod]
    public async Task Reject_answers_a_failure_before_the_application_runs()
    {
        using var host = Start(FailAtOnce, options => options.InvalidTokens = InvalidTokenHandling.Reject);

        var answer = await host.GetAsync("/open", "Bearer " + _pool.IdToken());

        Assert.IsFalse(_reachedApplication);
        Assert.AreEqual((503, "", "5"), (answer.StatusCode, answer.Body, answer.Header("Retry-After")));
        Assert.IsNull(answer.Header("WWW-Authenticate"));
        Assert.AreEqual("https://page.example", answer.Header("Access-Control-Allow-Origin"));
    }

    [TestMethod]
    [DataRow(InvalidTokenHandling.Reject)]
    [DataRow(InvalidTokenHandling.ContinueAnonymously)]
    public async Task OnProvisioningFailed_sets_the_answer(InvalidTokenHandling handling)
    {
        using var host = Start(FailAtOnce, options =>
        {
            options.InvalidTokens = handling;
            options.Provider.OnProvisioningFailed = context =>
            {
                Assert.AreEqual("The database is down.", context.Exception!.Message);
                Assert.AreEqual("alice", context.Token.Username);
                Assert.AreEqual((503, TimeSpan.FromSeconds(5)), (context.StatusCode, context.RetryAfter));
                context.StatusCode = 502;
                context.RetryAfter = TimeSpan.FromMinutes(1);
                context.Body = "<p>Käse</p>";
                context.ContentType = "text/html; charset=utf-8";
                return Task.CompletedTask;
            };
        });

        var answer = await host.GetAsync("/", "Bearer " + _pool.IdToken());

        Assert.AreEqual((502, "60"), (answer.StatusCode, answer.Header("Retry-After")));
        Assert.IsNull(answer.ReasonPhrase);
        Assert.IsNull(answer.Header("WWW-Authenticate"));
        if (handling == InvalidTokenHandling.Reject)
        {
            Assert.AreEqual(("<p>Käse</p>", "text/html; charset=utf-8"), (answer.Body, answer.Header("Content-Type")));
        }
        else
        {
            StringAssert.StartsWith(answer.Body, "Authorization has been denied", "The application has written its own body.");
        }
    }

    [TestMethod]
    public async Task OnProvisioningFailed_accepts_only_a_status_of_a_failure_and_a_media_type()
    {
        using var host = Start(FailAtOnce);
        await host.GetAsync("/", "Bearer " + _pool.IdToken());
        var context = _failures.Single();

        foreach (var status in new[] { 200, 399, 600 })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => context.StatusCode = status);
        }

        Assert.ThrowsExactly<FormatException>(() => context.ContentType = "text/plain\r\nSet-Cookie: a=b");
        Assert.ThrowsExactly<ArgumentNullException>(() => context.ContentType = null!);
        Assert.ThrowsExactly<ArgumentNullException>(() => ((IOwinContext)null!).GetCognitoProvisioningFailure());
        Assert.AreEqual((503, "application/json; charset=utf-8"), (context.StatusCode, context.ContentType));
    }

    [TestMethod]
    public async Task Handler_that_never_ends_is_answered_after_ProvisioningTimeout()
    {
        var handler = new BlockedHandler();
        CancellationToken cancellationToken = default;
        using var host = Start(context =>
        {
            cancellationToken = context.CancellationToken;
            return handler.RunAsync();
        });
        await FetchKeysAsync(host);
        var request = host.GetAsync("/", "Bearer " + _pool.IdToken());
        await handler.Started;

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.IsFalse(request.IsCompleted || cancellationToken.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(503, (await request).StatusCode);
        Assert.IsInstanceOfType<TimeoutException>(_failures.Single().Exception);
        await WaitForCancellationAsync(cancellationToken);

        // The first run has not ended, so the user's other token must wait for it.
        var other = host.GetAsync("/", "Bearer " + _pool.AccessToken());
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.AreEqual(503, (await other).StatusCode);
        Assert.AreEqual(1, handler.Runs);

        handler.Release();
        Assert.AreEqual("alice", (await host.GetAsync("/", "Bearer " + _pool.AccessToken())).Body);
        Assert.AreEqual(2, handler.Runs);
        Assert.HasCount(2, _log.GetTexts(Failed));
    }

    [TestMethod]
    public async Task Handler_that_ends_by_its_cancelled_token_is_logged_as_one_timeout()
    {
        var started = new TaskCompletionSource<bool>();
        using var host = Start(async context =>
        {
            started.SetResult(true);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });
        await FetchKeysAsync(host);
        var request = host.GetAsync("/", "Bearer " + _pool.IdToken());
        await started.Task;

        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.AreEqual(503, (await request).StatusCode);
        StringAssert.Contains(_log.GetTexts(Failed).Single(), "00:00:30 (ProvisioningTimeout)");
    }

    [TestMethod]
    public async Task Requests_in_the_queue_of_a_user_share_a_failure()
    {
        var handler = new BlockedHandler();
        using var host = StartFailingOnce(handler);
        await FetchKeysAsync(host);
        var requests = new List<Task<OwinTestResponse>> { host.GetAsync("/", "Bearer " + _pool.IdToken()) };
        await handler.Started;

        requests.AddRange(Enumerable.Range(0, 20).Select(i => host.GetAsync("/", "Bearer " + (i < 10 ? _pool.IdToken() : _pool.AccessToken()))));
        handler.Release();

        Assert.IsTrue((await Task.WhenAll(requests)).All(answer => answer.StatusCode == 503));
        Assert.AreEqual(1, handler.Runs);
        Assert.HasCount(1, _log.GetTexts(Failed));
        Assert.AreEqual(1, _failures.Count(failure => !failure.IsRepeated));
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + _pool.IdToken())).StatusCode, "The next request tries again.");
    }

    [TestMethod]
    public async Task Failure_is_shared_for_one_second()
    {
        var handler = new BlockedHandler();
        using var host = StartFailingOnce(handler);
        await FetchKeysAsync(host);
        var first = host.GetAsync("/", "Bearer " + _pool.IdToken());
        await handler.Started;
        var second = host.GetAsync("/", "Bearer " + _pool.AccessToken());

        // The clock moves on when somebody reads it, so the second request gets its turn late.
        _time.AutoAdvanceAmount = TimeSpan.FromSeconds(1);
        handler.Release();

        Assert.AreEqual(503, (await first).StatusCode);
        Assert.AreEqual(200, (await second).StatusCode);
        Assert.AreEqual(2, handler.Runs);
    }

    [TestMethod]
    public async Task Log_has_one_stack_a_minute_for_each_type_of_exception_and_the_end()
    {
        Exception? exception = new InvalidOperationException("The database is down." + Environment.NewLine + "Details.");
        using var host = Start(_ => exception == null ? Task.CompletedTask : throw exception);
        var authorization = "Bearer " + _pool.IdToken();

        for (var i = 0; i < 3; i++)
        {
            await host.GetAsync("/", authorization);
        }

        exception = new FormatException(new string('x', 300));
        await host.GetAsync("/", authorization);
        await host.GetAsync("/", authorization);
        _time.Advance(TimeSpan.FromMinutes(1));
        await host.GetAsync("/", authorization);
        exception = null;
        Assert.AreEqual(200, (await host.GetAsync("/", authorization)).StatusCode);
        await host.GetAsync("/", "Bearer " + _pool.IdToken("bob"));

        var texts = _log.GetTexts(Failed);
        CollectionAssert.AreEqual(
            new[] { true, false, false, true, false, true }, texts.Select(text => text.Contains(" at CognitoOwin.")).ToArray(), string.Join("\n", texts));
        StringAssert.Contains(texts[2], "InvalidOperationException: The database is down. Failures since it last worked: 3.");
        StringAssert.Contains(texts[4], new string('x', 200) + "… Failures since it last worked: 5.");
        CollectionAssert.AreEqual(new[] { false, true, true, false, true, false }, _failures.Select(failure => failure.IsRepeated).ToArray());
        StringAssert.EndsWith(_log.GetTexts(Recovered).Single(), "Failures before: 6.");
        Assert.IsTrue(_log.Entries.Where(entry => entry.EventId == Failed).All(entry => entry.Level == TraceEventType.Error));
        Assert.IsFalse(_log.Entries.Any(entry => entry.Text.Contains(authorization.Substring(7))));
    }

    [TestMethod]
    public async Task Log_has_at_most_ten_failures_a_minute_and_counts_the_others()
    {
        using var host = Start(_ => throw new InvalidOperationException("The database is down."));
        for (var i = 0; i < 100; i++)
        {
            await host.GetAsync("/", "Bearer " + _pool.IdToken());
        }

        Assert.HasCount(10, _log.GetTexts(Failed));
        _time.Advance(TimeSpan.FromMinutes(1));
        await host.GetAsync("/", "Bearer " + _pool.IdToken());

        StringAssert.Contains(_log.GetTexts(Failed)[10], "Failures since it last worked: 101.");
        StringAssert.Contains(_log.GetTexts(Failed)[10], " at CognitoOwin.");
    }

    [TestMethod]
    public async Task Handler_that_always_fails_for_one_user_does_not_log_an_end_for_each_other()
    {
        using var host = Start(context =>
            context.Username == "alice" ? throw new InvalidOperationException("Her row is broken.") : Task.CompletedTask);
        for (var i = 0; i < 20; i++)
        {
            await host.GetAsync("/", "Bearer " + _pool.IdToken("alice"));
            await host.GetAsync("/", "Bearer " + _pool.IdToken("bob"));
        }

        Assert.HasCount(10, _log.GetTexts(Failed));
        Assert.HasCount(10, _log.GetTexts(Recovered));
        _time.Advance(TimeSpan.FromMinutes(1));
        await host.GetAsync("/", "Bearer " + _pool.IdToken("alice"));
        await host.GetAsync("/", "Bearer " + _pool.IdToken("bob"));

        Assert.IsFalse(_log.GetTexts(Failed)[10].Contains("Failures since"), "It has worked since.");
        StringAssert.EndsWith(_log.GetTexts(Recovered)[10], "Failures before: 11.");
    }

    [TestMethod]
    public async Task Text_of_an_exception_cannot_look_like_another_message()
    {
        using var host = Start(_ => throw new InvalidOperationException("Duplicate entry 'a\r\nCognitoOwin Error: 101 : forged\u2028\u001b[31m'"));

        await host.GetAsync("/", "Bearer " + _pool.IdToken());
        await host.GetAsync("/", "Bearer " + _pool.IdToken());

        var texts = _log.GetTexts(Failed);
        var lines = string.Join(Environment.NewLine, texts).Split([Environment.NewLine], StringSplitOptions.None);
        Assert.IsTrue(lines.All(line => line.StartsWith("The application's", StringComparison.Ordinal) || line.StartsWith("    ", StringComparison.Ordinal)));
        Assert.IsTrue(lines.Any(line => line == "    CognitoOwin Error: 101 : forged??[31m'"), texts[0]);
    }

    [TestMethod]
    public async Task Failure_does_not_keep_the_exception()
    {
        var exceptions = new List<WeakReference>();
        using var host = ProvisionedApp.Start(_pool, context =>
        {
            var exception = new InvalidOperationException("The database is down.");
            exceptions.Add(new WeakReference(exception));
            throw exception;
        });

        for (var user = 0; user < 50; user++)
        {
            Assert.AreEqual(503, (await host.GetAsync("/", "Bearer " + _pool.IdToken("user" + user))).StatusCode);
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.IsLessThan(25, exceptions.Count(exception => exception.IsAlive));
    }

    [TestMethod]
    public async Task SignInAsync_throws_the_exception_of_the_handler()
    {
        var e = await Assert.ThrowsExactlyAsync<InvalidOperationException>(
            () => _pool.SignInAsync(_pool.IdToken(), options => options.Provider.OnProvisionUser = FailAtOnce));

        Assert.AreEqual("The database is down.", e.Message);
    }

    public void Dispose() => _pool.Dispose();

    private static Task FailAtOnce(CognitoProvisionUserContext context) => throw new InvalidOperationException("The database is down.");

    private static async Task FailAfterSetUser(CognitoProvisionUserContext context)
    {
        context.SetUser(new object());
        context.AddClaim("local_id", "42");
        await Task.Yield();
        throw new InvalidOperationException("The database is down.");
    }

    private static async Task WaitForCancellationAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource<bool>();
        using (cancellationToken.Register(() => cancelled.SetResult(true)))
        {
            await cancelled.Task;
        }
    }

    /// <summary>From then on, a request is in the user's queue when GetAsync returns its task.</summary>
    private Task<OwinTestResponse> FetchKeysAsync(OwinTestHost host) => host.GetAsync("/open", "Bearer " + _pool.ClientCredentialsToken("notes/read"));

    private OwinTestHost StartFailingOnce(BlockedHandler handler) => Start(async _ =>
    {
        await handler.RunAsync();
        if (handler.Runs == 1)
        {
            throw new InvalidOperationException("The database is down.");
        }
    });

    private OwinTestHost Start(Func<CognitoProvisionUserContext, Task> handler, Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(_log);
            app.Use((context, next) =>
            {
                // As Microsoft.Owin.Cors does.
                context.Response.Headers.Set("Access-Control-Allow-Origin", "https://page.example");
                return next();
            });
            app.UseCognitoJwt(options =>
            {
                _pool.Configure(options);
                options.Provider.OnProvisionUser = handler;
                options.Provider.OnProvisioningFailed = context =>
                {
                    lock (_failures)
                    {
                        _failures.Add(context);
                    }

                    return Task.CompletedTask;
                };
                configure?.Invoke(options);
            });
            app.Run(context =>
            {
                _reachedApplication = true;
                return ProtectedApp.AnswerAsync(context);
            });
        });
}
