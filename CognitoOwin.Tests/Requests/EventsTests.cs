using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Claims;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Requests;

/// <summary>The events of the provider, handled by delegates or by overriding methods.</summary>
[TestClass]
public sealed class EventsTests
{
    [TestMethod]
    [DataRow("/?access_token={0}", null)]
    [DataRow("/", "{0}")]
    public async Task Token_from_a_query_parameter_or_a_cookie_is_accepted(string target, string? cookie)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnRequestToken = ReadQueryOrCookie);
        string token = pool.IdToken();
        var request = new OwinTestRequest("GET", target.Replace("{0}", token));
        if (cookie != null)
        {
            request.Headers["Cookie"] = ["other=1; token=" + cookie.Replace("{0}", token)];
        }

        Assert.AreEqual("alice", (await host.SendAsync(request)).Body);
    }

    [TestMethod]
    [DataRow("/")]
    [DataRow("/?access_token=")]
    [DataRow("/?other=1")]
    public async Task Empty_query_parameter_is_no_token(string target)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnRequestToken = ReadQueryOrCookie);

        Assert.AreEqual("Bearer realm=\"api\"", (await host.GetAsync(target)).Header("WWW-Authenticate"));
        StringAssert.Contains((await host.GetAsync(target, "Bearer")).Header("WWW-Authenticate"), "error=\"invalid_request\"");
    }

    [TestMethod]
    [DataRow(" ")]
    [DataRow("Bearer abc")]
    [DataRow("\r\nSet-Cookie: a=b")]
    [DataRow("\uD800")]
    [DataRow("....")]
    [DataRow("..")]
    public async Task Any_token_text_from_the_application_is_validated(string token)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnRequestToken = context =>
        {
            context.Token = token;
            return Task.CompletedTask;
        });

        var response = await host.GetAsync("/");

        Assert.AreEqual(401, response.StatusCode);
        StringAssert.Contains(response.Header("WWW-Authenticate"), "error=\"invalid_token\"");
    }

    [TestMethod]
    [DataRow("reads", 401)]
    [DataRow("sets null", 401)]
    [DataRow("sets a token", 200)]
    public async Task Malformed_header_gives_RequestToken_no_token(string eventAction, int status)
    {
        using var pool = new CognitoTestPool();
        var token = pool.IdToken().ToString();
        string? tokenInEvent = "";
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnRequestToken = context =>
        {
            tokenInEvent = context.Token;
            if (eventAction != "reads")
            {
                context.Token = eventAction == "sets null" ? null : token;
                Assert.AreEqual(eventAction == "sets null" ? null : token, context.Token);
            }

            return Task.CompletedTask;
        });

        var response = await host.GetAsync("/", $"Bearer {token}, Bearer {token}");

        Assert.IsNull(tokenInEvent);
        Assert.AreEqual(status, response.StatusCode);
        Assert.AreEqual(status == 401, response.Header("WWW-Authenticate")?.Contains("error=\"invalid_request\"") == true);
    }

    [TestMethod]
    public async Task RequestToken_can_discard_the_token()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnRequestToken = context =>
        {
            Assert.IsNotNull(context.Token);
            context.Token = null;
            return Task.CompletedTask;
        });

        Assert.AreEqual("Bearer realm=\"api\"", (await host.GetAsync("/", "Bearer " + pool.IdToken())).Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task TokenValidated_adds_claims_for_this_request_only()
    {
        using var pool = new CognitoTestPool();
        var calls = 0;
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnTokenValidated = context =>
        {
            Assert.AreEqual("alice", context.Token.Username);
            context.Identity.AddClaim(new Claim("call", $"number {calls++}"));
            return Task.CompletedTask;
        });
        var authorization = "Bearer " + pool.IdToken();

        for (var call = 0; call < 3; call++)
        {
            var user = (ClaimsPrincipal)(await host.GetAsync("/", authorization)).Environment["server.User"];
            Assert.AreEqual($"number {call}", user.FindAll("call").Single().Value);
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task TokenValidated_can_reject_on_every_request(bool reject)
    {
        using var pool = new CognitoTestPool();
        var blocked = false;
        var provisioned = 0;
        using var host = ProtectedApp.Start(pool, options =>
        {
            options.InvalidTokens = reject ? InvalidTokenHandling.Reject : InvalidTokenHandling.ContinueAnonymously;
            options.Provider.OnProvisionUser = _ => Task.FromResult(provisioned++);
            options.Provider.OnTokenValidated = context =>
            {
                if (blocked)
                {
                    context.Reject("The user is blocked.");
                }

                return Task.CompletedTask;
            };
        });
        var authorization = "Bearer " + pool.IdToken();

        var before = await host.GetAsync("/", authorization);
        blocked = true;
        var after = await host.GetAsync("/", authorization);
        var other = await host.GetAsync("/", "Bearer " + pool.IdToken("bob"));

        Assert.AreEqual(200, before.StatusCode);
        Assert.AreEqual(401, after.StatusCode);
        Assert.AreEqual(
            "Bearer realm=\"api\", error=\"invalid_token\", error_description=\"The user is blocked.\"", after.Header("WWW-Authenticate"));
        Assert.AreEqual(401, other.StatusCode);
        Assert.AreEqual(1, provisioned, "A rejected user is not provisioned.");
    }

    [TestMethod]
    public async Task AuthenticationFailed_names_the_rejection()
    {
        using var pool = new CognitoTestPool();
        var reported = new List<(TokenRejection, string)>();
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnAuthenticationFailed = context =>
        {
            reported.Add((context.Rejection, context.Description));
            return Task.CompletedTask;
        });

        await host.GetAsync("/");
        await host.GetAsync("/", "Bearer " + pool.IdToken());
        await host.GetAsync("/", "Bearer");
        await host.GetAsync("/open", "Bearer " + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)));

        CollectionAssert.AreEqual(
            new[]
            {
                (TokenRejection.MalformedRequest, "The Authorization header must hold one token: the scheme, a space, the token."),
                (TokenRejection.Expired, "The token has expired."),
            },
            reported);
    }

    [TestMethod]
    public async Task ApplyChallenge_can_change_the_response()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnApplyChallenge = context =>
        {
            switch (context.Request.Path.Value)
            {
                case "/silent":
                    context.Challenge = null;
                    break;
                case "/teapot":
                    context.StatusCode = 418;
                    context.RetryAfter = TimeSpan.FromSeconds(1.2);
                    break;
                default:
                    context.Challenge += ", help=\"https://help.example\"";
                    context.RetryAfter = TimeSpan.FromSeconds(-5);
                    break;
            }

            return Task.CompletedTask;
        });

        var changed = await host.GetAsync("/");
        Assert.AreEqual("Bearer realm=\"api\", help=\"https://help.example\"", changed.Header("WWW-Authenticate"));
        Assert.AreEqual("1", changed.Header("Retry-After"));
        Assert.IsNull((await host.GetAsync("/silent")).Header("WWW-Authenticate"));
        var teapot = await host.GetAsync("/teapot", "Bearer nonsense");
        Assert.AreEqual(418, teapot.StatusCode);
        Assert.AreEqual("2", teapot.Header("Retry-After"));
        Assert.IsNull(teapot.ReasonPhrase);
    }

    [TestMethod]
    public async Task ApplyChallenge_names_the_rejection()
    {
        using var pool = new CognitoTestPool();
        var reported = new List<(TokenRejection, int)>();
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnApplyChallenge = context =>
        {
            reported.Add((context.Rejection, context.StatusCode));
            return Task.CompletedTask;
        });
        await host.GetAsync("/");
        await host.GetAsync("/open", "Bearer nonsense");
        await host.GetAsync("/", "Bearer nonsense");
        pool.FailJwks();
        await host.GetAsync("/", "Bearer " + pool.IdToken());

        CollectionAssert.AreEqual(
            new[] { (TokenRejection.None, 401), (TokenRejection.NotAJws, 401), (TokenRejection.KeysUnavailable, 503) }, reported);
    }

    [TestMethod]
    public async Task Overridden_event_calls_its_delegate_only_through_base()
    {
        using var pool = new CognitoTestPool();
        var provider = new RecordingProvider();
        using var host = ProtectedApp.Start(pool, options => options.Provider = provider);

        await host.GetAsync("/?access_token=" + pool.IdToken());
        await host.GetAsync("/?access_token=nonsense");

        CollectionAssert.AreEqual(
            new[]
            {
                "RequestToken", "OnRequestToken", "TokenValidated alice", "ProvisionUser alice", "RequestToken", "OnRequestToken",
                "AuthenticationFailed NotAJws", "ApplyChallenge NotAJws",
            },
            provider.Calls);
    }

    private static Task ReadQueryOrCookie(CognitoRequestTokenContext context)
    {
        context.Token ??= context.Request.Query.Get("access_token") ?? context.Request.Cookies["token"];
        return Task.CompletedTask;
    }

    private sealed class RecordingProvider : CognitoJwtAuthenticationProvider
    {
        public RecordingProvider()
        {
            OnRequestToken = context =>
            {
                Calls.Add("OnRequestToken");
                return ReadQueryOrCookie(context);
            };
            OnTokenValidated = _ => throw new InvalidOperationException("TokenValidated does not call this delegate.");
        }

        public List<string> Calls { get; } = [];

        public override Task RequestToken(CognitoRequestTokenContext context)
        {
            Calls.Add("RequestToken");
            return base.RequestToken(context);
        }

        public override Task TokenValidated(CognitoTokenValidatedContext context) => Record("TokenValidated " + context.Token.Username);

        public override Task ProvisionUser(CognitoProvisionUserContext context) => Record("ProvisionUser " + context.Username);

        public override Task AuthenticationFailed(CognitoAuthenticationFailedContext context) => Record("AuthenticationFailed " + context.Rejection);

        public override Task ApplyChallenge(CognitoApplyChallengeContext context) => Record("ApplyChallenge " + context.Rejection);

        private Task Record(string call)
        {
            Calls.Add(call);
            return Task.CompletedTask;
        }
    }
}
