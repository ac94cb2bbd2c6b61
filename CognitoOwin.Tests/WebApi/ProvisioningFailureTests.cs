using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using System.Web.Http;
using System.Web.Http.ExceptionHandling;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.WebApi;
using Microsoft.Owin.Security;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.WebApi;

/// <summary>A provisioning handler that fails, with Web API behind the middleware.</summary>
[TestClass]
public sealed class ProvisioningFailureTests : IDisposable
{
    private readonly CognitoTestPool _staff = new();
    private readonly CognitoTestPool _customers = new(clientId: "2example");
    private readonly RecordingLogger _logger = new();

    [TestMethod]
    [DataRow(AuthenticationMode.Active, false)]
    [DataRow(AuthenticationMode.Active, true)]
    [DataRow(AuthenticationMode.Passive, true)]
    public async Task Answer_is_Web_APIs_and_the_exception_is_logged_once(AuthenticationMode mode, bool isHostSuppressed)
    {
        using var host = Start(mode, isHostSuppressed);
        var authorization = "Bearer " + _staff.IdToken();

        for (var request = 0; request < 2; request++)
        {
            var answer = await host.GetAsync("/me", authorization);

            Assert.AreEqual((503, "5"), (answer.StatusCode, answer.Header("Retry-After")));
            Assert.AreEqual("{\"Message\":\"The application cannot look up the user now; try again later.\"}", answer.Body);
            StringAssert.StartsWith(answer.Header("Content-Type"), "application/json");
            Assert.IsNull(answer.Header("WWW-Authenticate"));
        }

        var logged = _logger.Contexts.Single();
        Assert.AreEqual("The database is down.", logged.Exception.Message);
        Assert.AreEqual("/me", logged.Request.RequestUri.AbsolutePath);
        Assert.IsFalse(logged.CatchBlock.IsTopLevel || logged.CatchBlock.CallsHandler);
    }

    [TestMethod]
    public async Task Open_action_is_answered_and_the_exception_is_logged()
    {
        using var host = Start();

        var answer = await host.GetAsync("/open", "Bearer " + _staff.IdToken());

        Assert.AreEqual((200, "\"nobody\""), (answer.StatusCode, answer.Body));
        Assert.HasCount(1, _logger.Contexts);
    }

    [TestMethod]
    public async Task Body_of_the_application_replaces_that_of_Web_API()
    {
        using var host = Start(options: options => options.Provider.OnProvisioningFailed = context =>
        {
            context.Body = "{\"später\":true}";
            context.ContentType = "application/problem+json";
            return Task.CompletedTask;
        });

        var answer = await host.GetAsync("/me", "Bearer " + _staff.IdToken());

        Assert.AreEqual((503, "{\"später\":true}"), (answer.StatusCode, answer.Body));
        Assert.AreEqual("application/problem+json", answer.Header("Content-Type"));
    }

    [TestMethod]
    public async Task Request_without_a_failure_is_not_changed()
    {
        using var host = Start();

        var answer = await host.GetAsync("/me");

        Assert.AreEqual(401, answer.StatusCode);
        Assert.AreEqual("{\"Message\":\"Authorization has been denied for this request.\"}", answer.Body);
        Assert.IsEmpty(_logger.Contexts);
    }

#if !NET
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Failure_is_found_in_the_OWIN_environment_of_System_Web(bool hasOwin)
    {
        using var host = Start();
        var failed = await host.GetAsync("/me", "Bearer " + _staff.IdToken());
        using var invoker = new HttpMessageInvoker(new CognitoUnavailableHandler { InnerHandler = new Unauthorized() });
        using var configuration = new HttpConfiguration();
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example.test/me");
        request.SetConfiguration(configuration);
        request.Properties["MS_HttpContext"] = new SystemWebContext(hasOwin ? failed.Environment : null);

        using var response = await invoker.SendAsync(request, CancellationToken.None);

        Assert.AreEqual(hasOwin, (await response.Content.ReadAsStringAsync()).Contains("cannot look up the user"));
    }
#endif

    [TestMethod]
    public async Task Request_outside_of_OWIN_is_not_changed()
    {
        using var invoker = new HttpMessageInvoker(new CognitoUnavailableHandler { InnerHandler = new Unauthorized() });
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example.test/me");

        using var response = await invoker.SendAsync(request, CancellationToken.None);

        Assert.AreEqual("denied", await response.Content.ReadAsStringAsync());
    }

    public void Dispose()
    {
        _staff.Dispose();
        _customers.Dispose();
    }

    private OwinTestHost Start(
        AuthenticationMode mode = AuthenticationMode.Active, bool isHostSuppressed = false, Action<CognitoJwtAuthenticationOptions>? options = null) =>
        WebApiApp.Start(
            _staff,
            _customers,
            typeof(UserController),
            mode,
            isHostSuppressed,
            configuration =>
            {
                configuration.MessageHandlers.Add(new CognitoUnavailableHandler());
                configuration.Services.Add(typeof(IExceptionLogger), _logger);
            },
            cognito =>
            {
                cognito.Provider.OnProvisionUser = _ => throw new InvalidOperationException("The database is down.");
                options?.Invoke(cognito);
            });

    public sealed class UserController : ApiController
    {
        [HttpGet, Authorize, Route("me")]
        public string Me() => Request.GetCognitoUser<WebApiApp.LocalUser>()!.Name;

        [HttpGet, Route("open")]
        public string Open() => User?.Identity?.IsAuthenticated == true ? "somebody" : "nobody";
    }

    private sealed class RecordingLogger : IExceptionLogger
    {
        public List<ExceptionLoggerContext> Contexts { get; } = [];

        public Task LogAsync(ExceptionLoggerContext context, CancellationToken cancellationToken)
        {
            Contexts.Add(context);
            return Task.CompletedTask;
        }
    }

    private sealed class Unauthorized : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.Unauthorized) { Content = new StringContent("denied") });
    }

#if !NET
    private sealed class SystemWebContext(IDictionary<string, object>? environment) : System.Web.HttpContextBase
    {
        public override IDictionary Items { get; } = new Hashtable { ["owin.Environment"] = environment };
    }
#endif
}
