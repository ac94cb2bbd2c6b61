using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using Microsoft.Owin.Security;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Requests;

/// <summary>Several middlewares around one application, and challenges in passive mode.</summary>
[TestClass]
public sealed class StricterMiddlewareTests
{
    [TestMethod]
    [DataRow("admins", 200)]
    [DataRow("staff", 403)]
    public async Task Stricter_inner_middleware_with_Reject_decides(string group, int expected)
    {
        using var pool = new CognitoTestPool();
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(pool.Configure);
            app.Map("/admin", admin =>
            {
                admin.UseCognitoJwt(options =>
                {
                    pool.Configure(options);
                    options.RequiredGroups = ["admins"];
                    options.InvalidTokens = InvalidTokenHandling.Reject;
                });
                admin.Run(ProtectedApp.AnswerAsync);
            });
        });

        var response = await host.GetAsync("/admin", "Bearer " + pool.IdToken().WithGroups(group));

        Assert.AreEqual(expected, response.StatusCode);
    }

    [TestMethod]
    public async Task Reject_leaves_tokens_of_the_other_pool_to_its_middleware()
    {
        using var staff = new CognitoTestPool();
        using var customers = new CognitoTestPool();
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(staff.Configure);
            app.UseCognitoJwt(options =>
            {
                customers.Configure(options);
                options.InvalidTokens = InvalidTokenHandling.Reject;
            });
            app.Run(ProtectedApp.AnswerAsync);
        });

        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + staff.IdToken())).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + customers.IdToken())).StatusCode);
    }

    [TestMethod]
    public async Task Passive_mode_challenge_does_not_wait_for_keys()
    {
        using var pool = new CognitoTestPool();
        var keys = new TaskCompletionSource<bool>();
        pool.OnJwksRequest = async (_, _) =>
        {
            await keys.Task;
            throw new InvalidOperationException("The test has ended.");
        };
        using var host = StartPassive(pool);

        // The keys are not available during this request. If it waited for them, it would never end.
        var response = await host.GetAsync("/", "Bearer " + pool.IdToken());
        keys.SetResult(true);

        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual("Bearer realm=\"api\"", response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task Passive_mode_challenge_names_the_error_of_an_expired_token()
    {
        using var pool = new CognitoTestPool();
        using var host = StartPassive(pool);

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)));

        StringAssert.Contains(response.Header("WWW-Authenticate"), "The token has expired.");
    }

    /// <summary>Starts an application that answers every request with a challenge, behind a passive middleware.</summary>
    private static OwinTestHost StartPassive(CognitoTestPool pool) => OwinTestHost.Start(app =>
    {
        app.UseCognitoJwt(options =>
        {
            pool.Configure(options);
            options.AuthenticationMode = AuthenticationMode.Passive;
        });
        app.Run(context =>
        {
            context.Authentication.Challenge("Bearer");
            context.Response.StatusCode = 401;
            return Task.FromResult(0);
        });
    });
}
