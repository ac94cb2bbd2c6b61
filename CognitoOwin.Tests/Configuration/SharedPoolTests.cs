using System;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Keys;
using CognitoOwin.Tests.WebApi;
using CognitoOwin.WebApi;
using Microsoft.Owin;
using Microsoft.Owin.Logging;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Configuration;

/// <summary>Mistakes that leave an application running: the log has a warning, once.</summary>
[TestClass]
public sealed class SharedPoolTests
{
    private const int PoolUsedTwice = 203;
    private const int UnknownUserPool = 204;

    private readonly RecordingLog _log = new();

    [TestMethod]
    public async Task Pool_of_three_middlewares_is_warned_about_once_and_has_one_health()
    {
        using var pool = new CognitoTestPool();
        using var other = new CognitoTestPool();
        using var host = OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(_log);
            app.UseCognitoJwt(pool.Configure).UseCognitoJwt(pool.Configure).UseCognitoJwt(other.Configure);
            app.Map("/branch", branch => branch.UseCognitoJwt(options =>
            {
                // The keys of this middleware cannot be fetched.
                pool.Configure(options);
                options.Keys.HttpMessageHandler = new FailingHandler();
            }));
            app.Run(context => context.Response.WriteAsync(string.Join(",", context.GetCognitoHealth().Pools
                .Select(state => state.UserPoolId + " " + state.IsUsable).OrderBy(text => text, StringComparer.Ordinal))));
        });
        await host.GetAsync("/", "Bearer " + pool.IdToken());
        await host.GetAsync("/", "Bearer " + other.IdToken());

        var health = (await host.GetAsync("/health")).Body;

        var expected = new[] { pool.UserPool.UserPoolId + " False", other.UserPool.UserPoolId + " True" };
        CollectionAssert.AreEquivalent(expected, health.Split(','));
        var warning = _log.Entries.Single(entry => entry.EventId == PoolUsedTwice);
        Assert.AreEqual(TraceEventType.Warning, warning.Level);
        StringAssert.Contains(warning.Text, pool.UserPool.UserPoolId);
    }

    [TestMethod]
    public async Task Controller_that_requires_an_unknown_pool_is_warned_about_once()
    {
        using var staff = new CognitoTestPool();
        using var customers = new CognitoTestPool();
        using var host = StartWebApi(staff, customers);

        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual(403, (await host.GetAsync("/misspelt", "Bearer " + staff.IdToken())).StatusCode);
            Assert.AreEqual(403, (await host.GetAsync("/staff", "Bearer " + customers.IdToken())).StatusCode);
        }

        var warning = _log.Entries.Single(entry => entry.EventId == UnknownUserPool);
        Assert.AreEqual(TraceEventType.Warning, warning.Level);
        StringAssert.Contains(warning.Text, "\"stuff\"");
        StringAssert.Contains(warning.Text, "The names are: staff, customers.");
    }

    [TestMethod]
    public async Task Unknown_pool_is_not_warned_about_when_pools_are_resolved()
    {
        using var staff = new CognitoTestPool();
        using var customers = new CognitoTestPool();
        using var host = StartWebApi(
            staff, customers, options => options.UserPoolResolver = (_, _) => Task.FromResult<CognitoUserPool?>(null));

        Assert.AreEqual(403, (await host.GetAsync("/misspelt", "Bearer " + staff.IdToken())).StatusCode);

        Assert.IsFalse(_log.Entries.Any(entry => entry.EventId == UnknownUserPool));
    }

    [TestMethod]
    public void Name_is_not_checked_outside_of_the_middleware()
    {
        new OwinContext().CheckCognitoUserPoolName("staff");

        Assert.ThrowsExactly<ArgumentNullException>(() => CognitoOwinContextExtensions.CheckCognitoUserPoolName(null!, "staff"));
    }

    private OwinTestHost StartWebApi(
        CognitoTestPool staff, CognitoTestPool customers, Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        WebApiApp.Start(staff, customers, typeof(PoolsController), options: configure, log: _log);

    private sealed class FailingHandler : System.Net.Http.HttpMessageHandler
    {
        protected override Task<System.Net.Http.HttpResponseMessage> SendAsync(
            System.Net.Http.HttpRequestMessage request, System.Threading.CancellationToken cancellationToken) =>
            throw new System.Net.Http.HttpRequestException("No route to host");
    }

    private sealed class PoolsController : ApiController
    {
        [HttpGet]
        [Route("misspelt")]
        [CognitoAuthorize(UserPool = "stuff")]
        public string Misspelt() => User.Identity.Name;

        [HttpGet]
        [Route("staff")]
        [CognitoAuthorize(UserPool = "staff")]
        public string Staff() => User.Identity.Name;
    }
}
