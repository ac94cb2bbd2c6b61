using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Security.Claims;
using System.Security.Principal;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Tests.Hosting;
using Microsoft.Owin;
using Microsoft.Owin.Builder;
using Microsoft.Owin.BuilderProperties;
using Microsoft.Owin.Extensions;
using Microsoft.Owin.Logging;
using Microsoft.Owin.Security;
using Microsoft.Owin.Security.Infrastructure;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;
using AppFunc = System.Func<System.Collections.Generic.IDictionary<string, object>, System.Threading.Tasks.Task>;

namespace CognitoOwin.Tests.Katana;

/// <summary>The behaviour of real Katana that CognitoOwin relies on, through the public surface.</summary>
[TestClass]
public sealed class KatanaBehaviourTests
{
    private const string Alice = "Bearer alice";

    [TestMethod]
    public async Task Pipeline_without_an_end_answers_404()
    {
        using var host = OwinTestHost.Start(_ => { });
        Assert.AreEqual(404, (await host.GetAsync("/")).StatusCode);
    }

    [TestMethod]
    public async Task Middleware_of_every_shape_is_called_in_order()
    {
        using var host = OwinTestHost.Start(app =>
        {
            app.Use(new Func<AppFunc, AppFunc>(next => environment => NoteAsync(environment, "delegate", next)));
            app.Use(typeof(AppFuncShape), "type");
            app.Use(new InitializedShape(), "instance");
            app.Use<MiddlewareShape>("OwinMiddleware");
            app.Use((context, next) => NoteAsync(context.Environment, "handler", _ => next()));
            app.Run(context => NoteAsync(context.Environment, "end", _ => context.Response.WriteAsync("done")));
        });

        var response = await host.GetAsync("/");

        Assert.AreEqual("done", response.Body);
        CollectionAssert.AreEqual(
            new[] { "delegate", "type", "instance", "OwinMiddleware", "handler", "end" }, GetNotes(response.Environment));
    }

    [TestMethod]
    public void Unknown_shape_stops_the_build()
    {
        var builder = new AppBuilder();
        builder.Use(new Func<Func<string, string>, Func<string, string>>(next => next));
        Assert.Throws<ArgumentException>(() => builder.Build());
    }

    [TestMethod]
    public async Task Signature_conversion_adds_a_shape()
    {
        using var host = OwinTestHost.Start(app =>
        {
            app.AddSignatureConversion<AppFunc, Func<string, string>>(_ => text => text);
            app.AddSignatureConversion<Func<string, string>, AppFunc>(shout =>
                environment => new OwinContext(environment).Response.WriteAsync(shout("hello")));
            app.Use(new Func<Func<string, string>, Func<string, string>>(next => text => next(text) + "!"));
        });
        Assert.AreEqual("hello!", (await host.GetAsync("/")).Body);
    }

    [TestMethod]
    public void New_builder_shares_properties_and_has_no_middleware()
    {
        var builder = new AppBuilder();
        builder.Properties["key"] = "value";
        builder.Run(_ => throw new InvalidOperationException());

        var branch = builder.New();

        Assert.AreEqual("value", branch.Properties["key"]);
        var environment = new OwinContext().Environment;
        branch.Build()(environment).Wait();
        Assert.AreEqual(404, environment["owin.ResponseStatusCode"]);
    }

    [TestMethod]
    public async Task Branch_gets_the_rest_of_the_path_which_is_restored_after_it()
    {
        string? afterwards = null;
        using var host = OwinTestHost.Start(app =>
        {
            app.Use(async (context, next) =>
            {
                await next();
                afterwards = context.Request.PathBase.Value + "|" + context.Request.Path.Value;
            });
            app.Map("/api", api => api.Run(context =>
                context.Response.WriteAsync(context.Request.PathBase.Value + "|" + context.Request.Path.Value)));
            app.MapWhen(
                context => context.Request.Query["branch"] == "yes",
                branch => branch.Run(context => context.Response.WriteAsync("when")));
        });

        // Katana appends the path that was configured, not the client's spelling of it.
        Assert.AreEqual("/api|/users/1", (await host.GetAsync("/API/users/1")).Body);
        Assert.AreEqual("|/API/users/1", afterwards);
        Assert.AreEqual(404, (await host.GetAsync("/apiary")).StatusCode);
        Assert.AreEqual("when", (await host.GetAsync("/?branch=yes")).Body);
    }

    [TestMethod]
    public void OnAppDisposing_is_cancelled_when_the_host_stops()
    {
        var disposing = CancellationToken.None;
        var host = OwinTestHost.Start(app => disposing = new AppProperties(app.Properties).OnAppDisposing);
        Assert.IsFalse(disposing.IsCancellationRequested);
        host.Dispose();
        Assert.IsTrue(disposing.IsCancellationRequested);
    }

    [TestMethod]
    public void Stage_marker_reaches_a_host_that_has_stages_only()
    {
        var builder = new AppBuilder();
        builder.UseStageMarker(PipelineStage.Authenticate);

        var marked = new List<string>();
        builder.Properties["integratedpipeline.StageMarker"] = new Action<IAppBuilder, string>((_, stage) => marked.Add(stage));
        builder.UseStageMarker(PipelineStage.PostAuthorize);

        CollectionAssert.AreEqual(new[] { "PostAuthorize" }, marked);
    }

    [TestMethod]
    public void Logger_comes_from_the_set_factory_or_else_the_default()
    {
        var builder = new AppBuilder();
        Assert.IsNull(builder.GetLoggerFactory());
        Assert.IsNotNull(builder.CreateLogger("any"));

        var factory = new RecordingLoggerFactory();
        builder.SetLoggerFactory(factory);
        var logger = builder.CreateLogger<KatanaBehaviourTests>();
        logger.WriteWarning("{0} of {1}", "one", "two");
        logger.WriteError("broken", new InvalidOperationException("why"));

        Assert.IsFalse(logger.IsEnabled(TraceEventType.Verbose));
        Assert.AreEqual(typeof(KatanaBehaviourTests).FullName + " Warning one of two", factory.Lines[0]);
        StringAssert.StartsWith(factory.Lines[1], typeof(KatanaBehaviourTests).FullName + " Error broken");
        StringAssert.Contains(factory.Lines[1], "why");
        Assert.IsInstanceOfType<Func<string, Func<TraceEventType, int, object, Exception, Func<object, Exception, string>, bool>>>(
            builder.Properties["server.LoggerFactory"]);
    }

    [TestMethod]
    [DataRow(CallbackOrder.LastInFirstOut, "second,first")]
    [DataRow(CallbackOrder.FirstInFirstOut, "first,second")]
    public async Task Sending_headers_callbacks_run_before_the_body_and_can_set_the_status(CallbackOrder order, string expected)
    {
        using var host = OwinTestHost.Start(app => app.Run(async context =>
        {
            context.Response.OnSendingHeaders(state => context.Response.Headers.Append("X-Order", (string)state), "first");
            context.Response.OnSendingHeaders(state => context.Response.Headers.Append("X-Order", (string)state), "second");
            context.Response.OnSendingHeaders(_ => context.Response.StatusCode = 418, null);
            await context.Response.WriteAsync("body");
            context.Response.StatusCode = 500;
        }), order);

        var response = await host.GetAsync("/");

        Assert.AreEqual(418, response.StatusCode);
        Assert.AreEqual(expected, response.Header("X-Order"));
    }

    [TestMethod]
    public async Task AppendValues_keeps_values_apart_and_Append_joins_them()
    {
        using var host = OwinTestHost.Start(app => app.Run(context =>
        {
            var headers = context.Response.Headers;
            headers.AppendValues("Apart", "a");
            headers.AppendValues("Apart", "b");
            headers.Append("Joined", "a");
            headers.Append("Joined", "b");
            headers.Set("Gone", "x");
            headers.Set("Gone", string.Empty);
            headers.AppendCommaSeparatedValues("Quoted", "a,b", "c");
            CollectionAssert.AreEqual(new[] { "a,b", "c" }, headers.GetCommaSeparatedValues("Quoted").ToArray());
            return Task.CompletedTask;
        }));

        var response = await host.GetAsync("/");

        CollectionAssert.AreEqual(new[] { "a", "b" }, response.Headers("Apart").ToArray());
        CollectionAssert.AreEqual(new[] { "a,b" }, response.Headers("Joined").ToArray());
        Assert.IsNull(response.Header("Gone"));
    }

    [TestMethod]
    public async Task Request_has_address_headers_cookies_query_and_form()
    {
        var request = new OwinTestRequest("POST", "/a%20b?x=1&x=2&y=%C3%A9").WithBody("name=al+ice&n=%26", "application/x-www-form-urlencoded");
        request.Headers["Cookie"] = ["one=1; two=a%20b"];
        request.Headers["X-Twice"] = ["a", "b"];
        using var host = OwinTestHost.Start(app => app.Run(async context =>
        {
            var form = await context.Request.ReadFormAsync();
            await context.Response.WriteAsync(string.Join("\n",
                context.Request.Uri.AbsoluteUri,
                context.Request.Query["x"] + " " + context.Request.Query["y"],
                context.Request.Cookies["two"],
                context.Request.Headers["x-twice"],
                form["name"] + form["n"]));
        }));

        var response = await host.SendAsync(request);

        Assert.AreEqual("https://api.example.test/a%20b?x=1&x=2&y=%C3%A9\n1,2 é\na b\na,b\nal ice&", response.Body);
    }

    [TestMethod]
    public async Task Deleted_cookie_replaces_the_appended_one()
    {
        using var host = OwinTestHost.Start(app => app.Run(context =>
        {
            context.Response.Cookies.Append("keep", "a b", new CookieOptions { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax });
            context.Response.Cookies.Append("drop", "1");
            context.Response.Cookies.Delete("drop");
            return Task.CompletedTask;
        }));

        var cookies = (await host.GetAsync("/")).Headers("Set-Cookie");

        Assert.HasCount(2, cookies);
        Assert.AreEqual("keep=a%20b; path=/; secure; HttpOnly; SameSite=Lax", cookies[0], ignoreCase: true);
        StringAssert.StartsWith(cookies[1], "drop=; ");
        StringAssert.Contains(cookies[1], "01-Jan-1970");
    }

    [TestMethod]
    public void Paths_compare_by_segment_and_ignore_case()
    {
        Assert.AreEqual(new PathString("/Api"), new PathString("/api"));
        Assert.IsTrue(new PathString("/api/users").StartsWithSegments(new PathString("/API"), out var rest));
        Assert.AreEqual("/users", rest.Value);
        Assert.IsFalse(new PathString("/apis").StartsWithSegments(new PathString("/api")));
        Assert.AreEqual("/a//b", (new PathString("/a/") + new PathString("/b")).Value);
        Assert.AreEqual("/a%20%C3%A9%25", new PathString("/a é%").ToUriComponent());
        Assert.Throws<ArgumentException>(() => new PathString("api"));
    }

    [TestMethod]
    public async Task Active_identity_comes_first_and_anonymous_ones_are_removed()
    {
        var options = new FakeBearerOptions();
        var principal = new ClaimsPrincipal([new ClaimsIdentity([], "Windows"), new ClaimsIdentity()]);
        using var host = Secured(options, _ => Task.CompletedTask);

        var response = await host.SendAsync(new OwinTestRequest("GET", "/") { Authorization = Alice, User = principal });

        CollectionAssert.AreEqual(
            new[] { "Bearer", "Windows" },
            ((ClaimsPrincipal)response.Environment["server.User"]).Identities.Select(identity => identity.AuthenticationType).ToArray());
    }

    [TestMethod]
    public async Task Principal_without_claims_keeps_its_identity()
    {
        using var host = Secured(new FakeBearerOptions(), _ => Task.CompletedTask);
        var user = new OldPrincipal(new GenericIdentity("bob", "Basic"));

        var response = await host.SendAsync(new OwinTestRequest("GET", "/") { Authorization = Alice, User = user });

        var merged = (ClaimsPrincipal)response.Environment["server.User"];
        CollectionAssert.AreEqual(new[] { "alice", "bob" }, merged.Identities.Select(identity => identity.Name).ToArray());
    }

    [TestMethod]
    public async Task Passive_mode_authenticates_when_asked_only()
    {
        var options = new FakeBearerOptions { AuthenticationMode = AuthenticationMode.Passive };
        AuthenticateResult? result = null;
        using var host = Secured(options, async context =>
        {
            Assert.IsNull(context.Authentication.User);
            Assert.AreEqual(0, options.Authentications);
            result = await context.Authentication.AuthenticateAsync("Bearer");
        });

        await host.GetAsync("/", Alice);

        Assert.AreEqual("alice", result!.Identity.Name);
        Assert.AreEqual("/from-the-ticket", result.Properties.RedirectUri);
        Assert.AreEqual("Bearer", result.Description.AuthenticationType);
    }

    [TestMethod]
    public async Task Request_is_authenticated_once()
    {
        var options = new FakeBearerOptions();
        using var host = Secured(options, async context =>
        {
            await context.Authentication.AuthenticateAsync("Bearer");
            await context.Authentication.AuthenticateAsync("Bearer");
        });

        await host.GetAsync("/", Alice);
        Assert.AreEqual(1, options.Authentications);
        await host.GetAsync("/", Alice);
        Assert.AreEqual(2, options.Authentications);
    }

    [TestMethod]
    public async Task AuthenticateAsync_asks_each_handler_by_its_type()
    {
        var asked = new List<string>();
        using var host = OwinTestHost.Start(app =>
        {
            app.Use<FakeBearerMiddleware>(new FakeBearerOptions("Outer") { AuthenticationMode = AuthenticationMode.Passive });
            app.Use<FakeBearerMiddleware>(new FakeBearerOptions("Inner") { AuthenticationMode = AuthenticationMode.Passive });
            app.Run(async context =>
            {
                asked.AddRange(context.Authentication.GetAuthenticationTypes().Select(description => description.AuthenticationType));
                var results = await context.Authentication.AuthenticateAsync(["Outer", "Inner"]);
                asked.AddRange(results.Select(result => result.Identity.AuthenticationType));
                Assert.IsNull(await context.Authentication.AuthenticateAsync("Unknown"));
            });
        });

        await host.GetAsync("/", "Outer alice");

        CollectionAssert.AreEqual(new[] { "Inner", "Outer", "Outer" }, asked);
    }

    [TestMethod]
    public async Task AuthenticateAsync_without_handlers_returns_null()
    {
        using var host = OwinTestHost.Start(app => app.Run(async context =>
        {
            Assert.IsNull(await context.Authentication.AuthenticateAsync("Bearer"));
            Assert.IsEmpty(context.Authentication.GetAuthenticationTypes());
        }));
        await host.GetAsync("/");
    }

    [TestMethod]
    [DataRow(AuthenticationMode.Active, null, true)]
    [DataRow(AuthenticationMode.Active, "", true)]
    [DataRow(AuthenticationMode.Active, "Bearer", true)]
    [DataRow(AuthenticationMode.Active, "Cookies", false)]
    [DataRow(AuthenticationMode.Active, "Cookies,Bearer", true)]
    [DataRow(AuthenticationMode.Active, "bearer", false)]
    [DataRow(AuthenticationMode.Passive, null, false)]
    [DataRow(AuthenticationMode.Passive, "", false)]
    [DataRow(AuthenticationMode.Passive, "Bearer", true)]
    [DataRow(AuthenticationMode.Passive, "Cookies", false)]
    public async Task Challenge_reaches_the_named_types_or_else_the_active_ones(AuthenticationMode mode, string? types, bool challenged)
    {
        using var host = Secured(new FakeBearerOptions { AuthenticationMode = mode }, context =>
        {
            // null: the application only sets the status.
            if (types is null)
            {
                context.Response.StatusCode = 401;
            }
            else
            {
                context.Authentication.Challenge(types.Split([','], StringSplitOptions.RemoveEmptyEntries));
            }

            return Task.CompletedTask;
        });

        var response = await host.GetAsync("/");

        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual(challenged ? "Bearer" : null, response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task Challenges_of_one_request_are_combined()
    {
        var options = new FakeBearerOptions { AuthenticationMode = AuthenticationMode.Passive };
        using var host = Secured(options, context =>
        {
            context.Authentication.Challenge(new AuthenticationProperties { RedirectUri = "/back" }, "Cookies");
            context.Authentication.Challenge(new AuthenticationProperties { IsPersistent = true }, "Bearer");
            return Task.CompletedTask;
        });

        await host.GetAsync("/");

        var challenge = options.Challenges.Single();
        CollectionAssert.AreEqual(new[] { "Cookies", "Bearer" }, challenge.AuthenticationTypes);
        Assert.AreEqual("/back", challenge.Properties.RedirectUri);
        Assert.IsTrue(challenge.Properties.IsPersistent);
    }

    [TestMethod]
    public async Task Response_is_applied_once_before_the_headers_are_sent()
    {
        var options = new FakeBearerOptions();
        using var host = Secured(options, async context =>
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("denied");
            Assert.AreEqual(1, options.ResponsesApplied);
        });

        var response = await host.GetAsync("/");

        Assert.AreEqual(1, options.ResponsesApplied);
        CollectionAssert.AreEqual(new[] { "Bearer" }, response.Headers("WWW-Authenticate").ToArray());
    }

    [TestMethod]
    public async Task SignIn_and_SignOut_reach_the_handler_of_their_type()
    {
        using var host = Secured(new FakeBearerOptions(), context =>
        {
            if (context.Request.Path.Value == "/out")
            {
                context.Authentication.SignOut("Bearer");
            }
            else
            {
                context.Authentication.SignOut("Bearer");
                context.Authentication.SignIn(new ClaimsIdentity([new Claim(ClaimTypes.Name, "carol")], "Bearer"));
            }

            return Task.CompletedTask;
        });

        var signedIn = await host.GetAsync("/in");
        Assert.AreEqual("carol", signedIn.Header("X-Signed-In"));
        Assert.IsNull(signedIn.Header("X-Signed-Out"), "The sign-in takes the sign-out back.");
        Assert.AreEqual("yes", (await host.GetAsync("/out")).Header("X-Signed-Out"));
    }

    [TestMethod]
    public async Task InvokeAsync_that_returns_true_ends_the_pipeline()
    {
        var options = new FakeBearerOptions { AnswersPath = "/signin" };
        using var host = Secured(options, _ => throw new InvalidOperationException("not reached"));

        Assert.AreEqual(200, (await host.GetAsync("/signin")).StatusCode);
        Assert.HasCount(1, options.Teardowns);
    }

    [TestMethod]
    public async Task Exception_of_authentication_surfaces_from_the_pipeline()
    {
        var options = new FakeBearerOptions { Failure = new InvalidOperationException("no keys") };
        using var host = Secured(options, _ => Task.CompletedTask);

        var exception = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => host.GetAsync("/", Alice));

        Assert.AreEqual("no keys", exception.Message);
    }

    [TestMethod]
    public async Task Exception_of_the_application_tears_no_handler_down()
    {
        var options = new FakeBearerOptions();
        using var host = Secured(options, _ => throw new InvalidOperationException("application"));

        var exception = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => host.GetAsync("/"));

        Assert.AreEqual("application", exception.Message);
        Assert.AreEqual(0, options.ResponsesApplied);
        Assert.IsEmpty(options.Teardowns);
    }

    [TestMethod]
    public async Task Exception_that_becomes_a_401_outside_still_gets_the_challenge()
    {
        var options = new FakeBearerOptions();
        AuthenticateResult? asked = null;
        using var host = OwinTestHost.Start(app =>
        {
            app.Use(async (context, next) =>
            {
                try
                {
                    await next();
                }
                catch (UnauthorizedAccessException)
                {
                    asked = await context.Authentication.AuthenticateAsync("Bearer");
                    context.Response.StatusCode = 401;
                }
            });
            app.Use<FakeBearerMiddleware>(options);
            app.Run(_ => throw new UnauthorizedAccessException());
        });

        var response = await host.GetAsync("/", Alice);

        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual("Bearer", response.Header("WWW-Authenticate"));
        Assert.AreEqual("alice", asked!.Identity.Name);
    }

    [TestMethod]
    public async Task Exception_of_the_challenge_surfaces_and_skips_the_teardown()
    {
        var options = new FakeBearerOptions { ChallengeFailure = new InvalidOperationException("challenge") };
        using var host = Secured(options, context =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        });

        var exception = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => host.GetAsync("/"));

        Assert.AreEqual("challenge", exception.Message);
        Assert.IsEmpty(options.Teardowns);
    }

    [TestMethod]
    public async Task Exception_of_the_challenge_before_the_body_is_an_AggregateException()
    {
        var options = new FakeBearerOptions { ChallengeFailure = new InvalidOperationException("challenge") };
        Exception? thrown = null;
        using var host = Secured(options, async context =>
        {
            context.Response.StatusCode = 401;
            try
            {
                await context.Response.WriteAsync("denied");
            }
            catch (AggregateException exception)
            {
                thrown = exception.InnerException;
            }
        });

        await host.GetAsync("/");

        Assert.AreEqual("challenge", thrown!.Message);
    }

    [TestMethod]
    public void Asynchronous_token_provider_refuses_synchronous_calls()
    {
        var provider = new AuthenticationTokenProvider
        {
            OnCreateAsync = _ => Task.CompletedTask,
            OnReceiveAsync = _ => Task.CompletedTask,
        };

        Assert.Throws<InvalidOperationException>(() => provider.Create(null!));
        Assert.Throws<InvalidOperationException>(() => provider.Receive(null!));
    }

    [TestMethod]
    public void Ticket_properties_keep_their_values_as_text()
    {
        var expires = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
        var properties = new AuthenticationProperties { ExpiresUtc = expires, AllowRefresh = false, IsPersistent = true };

        Assert.AreEqual("Mon, 04 May 2026 03:02:01 GMT", properties.Dictionary[".expires"]);
        var copy = new AuthenticationProperties(properties.Dictionary);
        Assert.AreEqual(expires, copy.ExpiresUtc);
        Assert.IsFalse(copy.AllowRefresh);
        Assert.IsTrue(copy.IsPersistent);
        Assert.IsNull(copy.IssuedUtc);
    }

    private static OwinTestHost Secured(FakeBearerOptions options, Func<IOwinContext, Task> application) =>
        OwinTestHost.Start(app =>
        {
            app.Use<FakeBearerMiddleware>(options);
            app.Run(application);
        });

    private static Task NoteAsync(IDictionary<string, object> environment, string note, AppFunc next)
    {
        if (!environment.TryGetValue("test.Notes", out var notes))
        {
            environment["test.Notes"] = notes = new List<string>();
        }

        ((List<string>)notes).Add(note);
        return next(environment);
    }

    private static List<string> GetNotes(IDictionary<string, object> environment) => (List<string>)environment["test.Notes"];

    private sealed class AppFuncShape(AppFunc next, string note)
    {
        public Task Invoke(IDictionary<string, object> environment) => NoteAsync(environment, note, next);
    }

    private sealed class InitializedShape
    {
        private AppFunc? _next;
        private string? _note;

        public void Initialize(AppFunc next, string note) => (_next, _note) = (next, note);

        public Task Invoke(IDictionary<string, object> environment) => NoteAsync(environment, _note!, _next!);
    }

    private sealed class MiddlewareShape(OwinMiddleware next, string note) : OwinMiddleware(next)
    {
        public override Task Invoke(IOwinContext context) => NoteAsync(context.Environment, note, _ => Next.Invoke(context));
    }

    private sealed class OldPrincipal(IIdentity identity) : IPrincipal
    {
        public IIdentity Identity { get; } = identity;

        public bool IsInRole(string role) => false;
    }

    private sealed class RecordingLoggerFactory : ILoggerFactory
    {
        public List<string> Lines { get; } = [];

        public ILogger Create(string name) => new Logger(name, Lines);

        private sealed class Logger(string name, List<string> lines) : ILogger
        {
            public bool WriteCore(
                TraceEventType eventType, int eventId, object state, Exception exception, Func<object, Exception, string> formatter)
            {
                if (formatter is not null)
                {
                    lines.Add($"{name} {eventType} {formatter(state, exception)}");
                }

                return eventType <= TraceEventType.Information;
            }
        }
    }
}
