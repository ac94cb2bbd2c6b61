using System;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Katana;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Requests;

/// <summary>
/// The answers do not depend on the order in which a host runs the callbacks of several authentication middlewares, nor on whether the
/// other middleware stands before or behind this one.
/// </summary>
[TestClass]
public sealed class CallbackOrderTests
{
    [TestMethod]
    [DataRow(CallbackOrder.LastInFirstOut, true)]
    [DataRow(CallbackOrder.LastInFirstOut, false)]
    [DataRow(CallbackOrder.FirstInFirstOut, true)]
    [DataRow(CallbackOrder.FirstInFirstOut, false)]
    public async Task Refused_request_gets_the_challenges_of_both_middlewares(CallbackOrder order, bool isOtherOutside)
    {
        using var pool = new CognitoTestPool();
        using var host = Start(pool, order, isOtherOutside);

        var anonymous = await host.GetAsync("/");
        var expired = await host.GetAsync("/", "Bearer " + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)));

        Assert.AreEqual(401, anonymous.StatusCode);
        CollectionAssert.AreEquivalent(new[] { "Bearer realm=\"api\"", "Other" }, anonymous.Headers("WWW-Authenticate").ToArray());
        Assert.AreEqual(401, expired.StatusCode);
        StringAssert.Contains(expired.Headers("WWW-Authenticate").Single(header => header != "Other"), "error=\"invalid_token\"");
    }

    [TestMethod]
    [DataRow(CallbackOrder.LastInFirstOut, true)]
    [DataRow(CallbackOrder.LastInFirstOut, false)]
    [DataRow(CallbackOrder.FirstInFirstOut, true)]
    [DataRow(CallbackOrder.FirstInFirstOut, false)]
    public async Task Token_without_the_group_gets_403(CallbackOrder order, bool isOtherOutside)
    {
        using var pool = new CognitoTestPool();
        using var host = Start(pool, order, isOtherOutside, options => options.RequiredGroups = ["admins"]);

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken());

        Assert.AreEqual(403, response.StatusCode);
        StringAssert.Contains(string.Join("\n", response.Headers("WWW-Authenticate")), "error=\"insufficient_scope\"");
    }

    [TestMethod]
    [DataRow(CallbackOrder.LastInFirstOut, true)]
    [DataRow(CallbackOrder.LastInFirstOut, false)]
    [DataRow(CallbackOrder.FirstInFirstOut, true)]
    [DataRow(CallbackOrder.FirstInFirstOut, false)]
    public async Task Token_without_known_keys_gets_503(CallbackOrder order, bool isOtherOutside)
    {
        using var pool = new CognitoTestPool();
        pool.FailJwks(HttpStatusCode.BadGateway);
        using var host = Start(pool, order, isOtherOutside);

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken());

        Assert.AreEqual(503, response.StatusCode);
        Assert.IsNotNull(response.Header("Retry-After"));
    }

    private static OwinTestHost Start(
        CognitoTestPool pool, CallbackOrder order, bool isOtherOutside, Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        OwinTestHost.Start(
            app =>
            {
                if (isOtherOutside)
                {
                    app.Use<FakeBearerMiddleware>(new FakeBearerOptions("Other"));
                }

                app.UseCognitoJwt(options =>
                {
                    pool.Configure(options);
                    configure?.Invoke(options);
                });
                if (!isOtherOutside)
                {
                    app.Use<FakeBearerMiddleware>(new FakeBearerOptions("Other"));
                }

                app.Run(ProtectedApp.AnswerAsync);
            },
            order);
}
