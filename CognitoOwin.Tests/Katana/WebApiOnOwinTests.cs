using System.Linq;
using System.Security.Claims;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.Tests.Hosting;
using Microsoft.Owin;
using Microsoft.Owin.Security;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Katana;

/// <summary>Microsoft's Web API adapter uses more of Katana than any other code here. It must find every member that it asks for.</summary>
[TestClass]
public sealed class WebApiOnOwinTests
{
    private const string Alice = "Bearer alice";

    [TestMethod]
    public async Task Authorized_action_needs_the_token()
    {
        using var host = Start(AuthenticationMode.Active, suppressHost: false);

        var denied = await host.GetAsync("/secret");
        Assert.AreEqual(401, denied.StatusCode);
        CollectionAssert.AreEqual(new[] { "Bearer" }, denied.Headers("WWW-Authenticate").ToArray());

        var allowed = await host.GetAsync("/secret", Alice);
        Assert.AreEqual(200, allowed.StatusCode, allowed.Body);
        Assert.AreEqual("\"alice\"", allowed.Body);
    }

    [TestMethod]
    [DataRow(AuthenticationMode.Active)]
    [DataRow(AuthenticationMode.Passive)]
    public async Task Suppressed_host_authentication_with_filter_asks_the_middleware(AuthenticationMode mode)
    {
        using var host = Start(mode, suppressHost: true, WebApiOnOwin.HostAuthenticationFilter("Bearer"));

        var denied = await host.GetAsync("/secret");
        Assert.AreEqual(401, denied.StatusCode);
        Assert.AreEqual("Bearer", denied.Header("WWW-Authenticate"), "Expected one challenge, once.");

        Assert.AreEqual("\"alice\"", (await host.GetAsync("/secret", Alice)).Body);
    }

    [TestMethod]
    public async Task Suppressed_host_authentication_without_filter_is_anonymous()
    {
        using var host = Start(AuthenticationMode.Active, suppressHost: true);

        Assert.AreEqual("\"nobody\"", (await host.GetAsync("/open", Alice)).Body);
        var denied = await host.GetAsync("/secret", Alice);
        Assert.AreEqual(401, denied.StatusCode);
        Assert.IsNull(denied.Header("WWW-Authenticate"), "Suppressing also removes the challenge of an active middleware.");
    }

    [TestMethod]
    public async Task Controller_can_ask_the_authentication_manager()
    {
        using var host = Start(AuthenticationMode.Passive, suppressHost: false);
        Assert.AreEqual("\"alice\"", (await host.GetAsync("/ask", Alice)).Body);
        Assert.AreEqual("\"nobody\"", (await host.GetAsync("/ask")).Body);
    }

    [TestMethod]
    public async Task Action_reads_the_body()
    {
        using var host = Start(AuthenticationMode.Active, suppressHost: false);
        var response = await host.SendAsync(new OwinTestRequest("POST", "/echo").WithBody("\"hello\"", "application/json"));
        Assert.AreEqual("\"hello\"", response.Body);
        Assert.AreEqual("application/json; charset=utf-8", response.Header("Content-Type"));
    }

    [TestMethod]
    public async Task Path_without_a_route_reaches_the_next_middleware()
    {
        using var host = OwinTestHost.Start(app =>
        {
            app.UseWebApi(WebApiOnOwin.Configure(typeof(ProbeController)));
            app.Run(context => context.Response.WriteAsync("next"));
        });
        Assert.AreEqual("next", (await host.GetAsync("/elsewhere")).Body);
    }

    private static OwinTestHost Start(AuthenticationMode mode, bool suppressHost, params System.Web.Http.Filters.IFilter[] filters) =>
        OwinTestHost.Start(app =>
        {
            var configuration = WebApiOnOwin.Configure(typeof(ProbeController));
            if (suppressHost)
            {
                configuration.SuppressDefaultHostAuthentication();
            }

            configuration.Filters.AddRange(filters);
            app.Use<FakeBearerMiddleware>(new FakeBearerOptions { AuthenticationMode = mode });
            app.UseWebApi(configuration);
        });

    public sealed class ProbeController : ApiController
    {
        [HttpGet, Authorize, Route("secret")]
        public string Secret() => User.Identity.Name;

        [HttpGet, Route("open")]
        public string Open() => User is ClaimsPrincipal { Identity: { IsAuthenticated: true } identity } ? identity.Name : "nobody";

        [HttpGet, Route("ask")]
        public async Task<string> Ask()
        {
            var context = (IOwinContext)Request.Properties["MS_OwinContext"];
            var result = await context.Authentication.AuthenticateAsync("Bearer");
            return result?.Identity.Name ?? "nobody";
        }

        [HttpPost, Route("echo")]
        public IHttpActionResult Echo([FromBody] string text) => Json(text);
    }
}
