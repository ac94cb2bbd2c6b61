using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Keys;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.WebApi;
using CognitoOwin.WebApi;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin;
using Microsoft.Owin.Logging;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Operations;

/// <summary>What the log and the answers say while a user pool is away.</summary>
[TestClass]
public sealed class OutageLogTests
{
    private const int OutageEnded = 106;
    private const int UserInfoFailed = 300;
    private const int UserInfoRecovered = 304;

    [TestMethod]
    public async Task Failed_fetches_are_logged_once_a_minute_and_their_end_once()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Status(500);
        string token = app.CreateLongLivedToken();
        for (var i = 1; i <= 7; i++)
        {
            Assert.AreEqual(503, await app.GetStatusAsync(token));
            Assert.HasCount(i < 7 ? 1 : 2, app.Log.GetTexts(KeysApp.FetchFailed));
            app.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        StringAssert.Contains(app.Log.GetTexts(KeysApp.FetchFailed)[0], app.Server.Address + "jwks.json");
        StringAssert.EndsWith(app.Log.GetTexts(KeysApp.FetchFailed)[1], "Failed fetches since the last one that succeeded: 7.");
        app.Server.OnRequest = app.ServeKeys;
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(200, await app.GetStatusAsync(token));

        StringAssert.EndsWith(app.Log.GetTexts(OutageEnded).Single(), "Failed fetches before: 7.");
    }

    [TestMethod]
    public async Task End_of_failed_fetches_is_logged_also_when_keys_were_known()
    {
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        app.Server.OnRequest = MisbehavingServer.Status(500);
        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        await app.Log.WaitForAsync(KeysApp.FetchFailed);
        app.Server.OnRequest = app.ServeKeys;
        app.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.AreEqual(200, await app.GetStatusAsync(token));
        await app.Log.WaitForAsync(OutageEnded);

        StringAssert.EndsWith(app.Log.GetTexts(OutageEnded).Single(), "Failed fetches before: 1.");
    }

    [TestMethod]
    public async Task Outage_does_not_say_that_keys_are_unknown()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Status(500);

        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual(503, await app.GetStatusAsync(app.CreateLongLivedToken()));
        }

        Assert.HasCount(0, app.Log.GetTexts(KeysApp.LookupsRefused));
    }

    [TestMethod]
    public async Task Message_of_the_system_ends_with_a_full_stop()
    {
        using var app = new KeysApp(options => options.Keys.HttpMessageHandler = new ThrowingHandler("Connection refused"));

        Assert.AreEqual(503, await app.GetStatusAsync(app.Pool.IdToken()));

        StringAssert.Contains(app.Log.GetTexts(KeysApp.FetchFailed)[0], "The connection failed: Connection refused. No key is known,");
    }

    [TestMethod]
    public async Task Failed_profiles_are_logged_once_a_minute_and_their_end_once()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        using var pool = new CognitoTestPool { TimeProvider = clock };
        var handler = new ThrowingHandler("Connection refused");
        var log = new RecordingLog();
        using var host = OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(log);
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.UserInfo = CognitoUserInfo.GetUser;
                options.UserInfoHttpMessageHandler = handler;
                options.Provider.OnProvisionUser = _ => Task.FromResult(0);
            });
            app.Run(ProtectedApp.AnswerAsync);
        });

        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual(503, (await GetAsync()).StatusCode);
            clock.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.HasCount(2, log.GetTexts(UserInfoFailed));
        StringAssert.Contains(log.GetTexts(UserInfoFailed)[0], "The connection failed: Connection refused.");
        StringAssert.Contains(log.GetTexts(UserInfoFailed)[1], "Failures since the last profile: 3.");
        handler.Answer = """{"UserAttributes":[{"Name":"sub","Value":"another"}]}""";
        await GetAsync();
        await GetAsync();
        Assert.AreEqual("Profiles of users can be read again. Failures before: 3.", log.GetTexts(UserInfoRecovered).Single());

        Task<OwinTestResponse> GetAsync() => host.GetAsync("/", "Bearer " + pool.AccessToken().WithScopes("aws.cognito.signin.user.admin"));
    }

    [TestMethod]
    public async Task Body_of_Web_API_names_the_outage()
    {
        using var staff = new CognitoTestPool();
        using var customers = new CognitoTestPool();
        staff.FailJwks();
        using var host = WebApiApp.Start(
            staff, customers, typeof(NameController), configure: web => web.MessageHandlers.Add(new CognitoUnavailableHandler()));

        var unavailable = await host.GetAsync("/name", "Bearer " + staff.IdToken());
        var expired = await host.GetAsync("/name", "Bearer " + customers.IdToken().WithLifetime(TimeSpan.FromHours(-1)));

        Assert.AreEqual((503, "{\"Message\":\"The token cannot be checked now; try again later.\"}"), (unavailable.StatusCode, unavailable.Body));
        Assert.AreEqual((401, "{\"Message\":\"Authorization has been denied for this request.\"}"), (expired.StatusCode, expired.Body));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Failure_of_the_request_is_what_the_answer_says(bool isOtherFirst)
    {
        using var staff = new CognitoTestPool();
        using var customers = new CognitoTestPool();
        staff.FailJwks();
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(isOtherFirst ? customers.Configure : staff.Configure);
            app.UseCognitoJwt(isOtherFirst ? staff.Configure : customers.Configure);
            app.Run(context => context.Response.WriteAsync(Describe(context.GetCognitoAuthenticationFailure())));
        });

        Assert.AreEqual("none", (await host.GetAsync("/")).Body);
        Assert.AreEqual("none", (await host.GetAsync("/", "Bearer " + customers.IdToken())).Body);
        Assert.AreEqual("KeysUnavailable 503", (await host.GetAsync("/", "Bearer " + staff.IdToken())).Body);
        Assert.AreEqual("Expired 401", (await host.GetAsync("/", "Bearer " + customers.IdToken().WithLifetime(TimeSpan.FromHours(-1)))).Body);
        Assert.IsNull(new OwinContext().GetCognitoAuthenticationFailure());
        Assert.ThrowsExactly<ArgumentNullException>(() => CognitoOwinContextExtensions.GetCognitoAuthenticationFailure(null!));

        static string Describe(CognitoAuthenticationFailedContext? failure) =>
            failure == null ? "none" : $"{failure.Rejection} {failure.StatusCode}";
    }

    private sealed class ThrowingHandler(string message) : HttpMessageHandler
    {
        public string? Answer { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Answer == null
                ? throw new HttpRequestException(message)
                : Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Answer) });
    }

    private sealed class NameController : ApiController
    {
        [HttpGet]
        [Authorize]
        [Route("name")]
        public string Get() => User.Identity.Name;
    }
}
