using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using Microsoft.Owin;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Requests;

/// <summary>What the rest of the site does to a 401: forms authentication, and Web API that does not ask the middleware.</summary>
[TestClass]
public sealed class HostSetupTests
{
    [TestMethod]
    [DataRow("expired", InvalidTokenHandling.ContinueAnonymously, "/", true)]
    [DataRow("expired", InvalidTokenHandling.Reject, "/open", true)]
    [DataRow("valid", InvalidTokenHandling.ContinueAnonymously, "/denied", true)]
    [DataRow("none", InvalidTokenHandling.ContinueAnonymously, "/", false)]
    [DataRow("none", InvalidTokenHandling.Reject, "/", false)]
    [DataRow("valid", InvalidTokenHandling.Reject, "/", true)]
    public async Task Client_with_a_token_gets_401_instead_of_the_redirect_of_forms_authentication(
        string token, InvalidTokenHandling invalidTokens, string path, bool isSuppressed)
    {
        using var pool = new CognitoTestPool();
        var httpContext = new FakeHttpContext();
        bool? isSuppressedInTime = null;
        using var host = StartInSystemWeb(pool, httpContext, invalidTokens, context =>
        {
            isSuppressedInTime = httpContext.Response.SuppressFormsAuthenticationRedirect;
            if (context.Request.Path.Value == "/denied")
            {
                context.Response.StatusCode = 401;
                return Task.CompletedTask;
            }

            return ProtectedApp.AnswerAsync(context);
        });
        var idToken = token == "expired" ? pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)) : pool.IdToken();

        await host.GetAsync(path, token == "none" ? null : "Bearer " + idToken);

        Assert.AreEqual(isSuppressed, httpContext.Response.SuppressFormsAuthenticationRedirect);
        Assert.AreEqual(isSuppressed, isSuppressedInTime ?? isSuppressed, "Forms authentication decides before the middleware of the request ends.");
    }

    public static IEnumerable<object[]> ForeignContexts =>
        [[new object()], [new { Response = (object?)null }], [new { Response = new object() }], [new ThrowingHttpContext()]];

    [TestMethod]
    [DynamicData(nameof(ForeignContexts))]
    public async Task Context_of_another_kind_changes_no_answer(object httpContext)
    {
        using var pool = new CognitoTestPool();
        using var host = StartInSystemWeb(pool, httpContext, InvalidTokenHandling.ContinueAnonymously, ProtectedApp.AnswerAsync);

        Assert.AreEqual(401, (await host.GetAsync("/", "Bearer opaque")).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + pool.IdToken())).StatusCode);
    }

    private static OwinTestHost StartInSystemWeb(
        CognitoTestPool pool, object httpContext, InvalidTokenHandling invalidTokens, Func<IOwinContext, Task> application) =>
        OwinTestHost.Start(app =>
        {
            app.Use((context, next) =>
            {
                context.Set("System.Web.HttpContextBase", httpContext);
                return next();
            });
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.InvalidTokens = invalidTokens;
            });
            app.Run(application);
        });

    // The two causes that the table of docs/getting-started.md names besides a missing package.
    [TestMethod]
    [DataRow(true, true)]
    [DataRow(false, false)]
    public async Task Web_API_that_does_not_ask_the_middleware_answers_401_without_a_challenge(bool isSuppressed, bool isWebApiBehind)
    {
        using var pool = new CognitoTestPool();
        using var host = OwinTestHost.Start(app =>
        {
            var configuration = WebApiOnOwin.Configure(typeof(SecretController));
            if (isSuppressed)
            {
                configuration.SuppressDefaultHostAuthentication();
            }

            if (!isWebApiBehind)
            {
                app.UseWebApi(configuration);
            }

            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.InvalidTokens = InvalidTokenHandling.Reject;
            });
            if (isWebApiBehind)
            {
                app.UseWebApi(configuration);
            }
        });

        var response = await host.GetAsync("/secret", "Bearer " + pool.IdToken());

        Assert.AreEqual(401, response.StatusCode);
        Assert.IsNull(response.Header("WWW-Authenticate"));
    }

    public sealed class SecretController : ApiController
    {
        [Authorize]
        [Route("secret")]
        [HttpGet]
        public IHttpActionResult Get() => Ok("secret");
    }

    public sealed class ThrowingHttpContext
    {
        public FakeHttpResponse Response => HasResponse ? new() : throw new InvalidOperationException("There is no response now.");

        public bool HasResponse { get; }
    }

    public sealed class FakeHttpContext
    {
        public FakeHttpResponse Response { get; } = new();
    }

    public sealed class FakeHttpResponse
    {
        public bool SuppressFormsAuthenticationRedirect { get; set; }
    }
}
