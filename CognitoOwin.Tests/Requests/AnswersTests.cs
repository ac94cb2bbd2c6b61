using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Requests;

/// <summary>The response to each kind of request.</summary>
[TestClass]
public sealed class AnswersTests
{
    [TestMethod]
    public async Task ID_token_gives_the_request_its_user()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken("alice"));

        Assert.AreEqual(200, response.StatusCode);
        Assert.AreEqual("alice", response.Body);
        Assert.AreEqual(1, pool.JwksFetches);
    }

    [TestMethod]
    public async Task Access_token_gives_the_request_its_user()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        var response = await host.GetAsync("/", "Bearer " + pool.AccessToken("alice"));

        Assert.AreEqual(200, response.StatusCode);
        Assert.AreEqual("alice", response.Body);
    }

    [TestMethod]
    public async Task Keys_are_fetched_once_for_all_requests()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + pool.IdToken("user" + i))).StatusCode);
        }

        Assert.AreEqual(1, pool.JwksFetches);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("Basic YWxpY2U6c2VjcmV0")]
    [DataRow("Bearers abc")]
    public async Task Request_without_a_token_gets_401_without_an_error(string? authorization)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        var response = await host.GetAsync("/", authorization);

        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual("Bearer realm=\"api\"", response.Header("WWW-Authenticate"));
        Assert.AreEqual(0, pool.JwksFetches);
    }

    [TestMethod]
    [DataRow("Bearer")]
    [DataRow("Bearer ")]
    [DataRow("Bearer    ")]
    [DataRow("Bearer a b")]
    [DataRow("Bearer a, Bearer b")]
    [DataRow("bearer \"abc\"")]
    public async Task Malformed_header_gets_401_invalid_request(string authorization)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        var response = await host.GetAsync("/", authorization);

        Assert.AreEqual(401, response.StatusCode);
        StringAssert.StartsWith(response.Header("WWW-Authenticate"), "Bearer realm=\"api\", error=\"invalid_request\", error_description=\"");
    }

    [TestMethod]
    public async Task Header_sent_twice_gets_401_invalid_request()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);
        string token = pool.IdToken();

        var response = await host.SendAsync(new OwinTestRequest("GET", "/")
        {
            Headers = { ["Authorization"] = ["Bearer " + token, "Bearer " + token] },
        });

        Assert.AreEqual(401, response.StatusCode);
        StringAssert.Contains(response.Header("WWW-Authenticate"), "error=\"invalid_request\"");
    }

    [TestMethod]
    public async Task Expired_token_gets_200_on_an_open_action_and_401_on_a_protected_one()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);
        var authorization = "Bearer " + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1));

        var openResponse = await host.GetAsync("/open", authorization);
        var protectedResponse = await host.GetAsync("/", authorization);

        Assert.AreEqual(200, openResponse.StatusCode);
        Assert.AreEqual("nobody", openResponse.Body);
        Assert.IsNull(openResponse.Header("WWW-Authenticate"));
        Assert.AreEqual(401, protectedResponse.StatusCode);
        Assert.AreEqual(
            "Bearer realm=\"api\", error=\"invalid_token\", error_description=\"The token has expired.\"",
            protectedResponse.Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task Token_of_another_pool_gets_401()
    {
        using var pool = new CognitoTestPool();
        using var other = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        var response = await host.GetAsync("/", "Bearer " + other.IdToken());

        Assert.AreEqual(401, response.StatusCode);
        StringAssert.Contains(response.Header("WWW-Authenticate"), "error=\"invalid_token\"");
        Assert.AreEqual(0, other.JwksFetches);
    }

    [TestMethod]
    public async Task Unreachable_pool_gives_503_instead_of_401()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);
        pool.FailJwks();

        var protectedResponse = await host.GetAsync("/", "Bearer " + pool.IdToken());
        var openResponse = await host.GetAsync("/open", "Bearer " + pool.IdToken());

        Assert.AreEqual(503, protectedResponse.StatusCode);
        Assert.AreEqual("1", protectedResponse.Header("Retry-After"));
        Assert.IsNull(protectedResponse.Header("WWW-Authenticate"));
        Assert.AreEqual(200, openResponse.StatusCode);
    }

    [TestMethod]
    public async Task Tokens_of_two_pools_are_accepted()
    {
        using var staff = new CognitoTestPool();
        using var customers = new CognitoTestPool(clientId: "2example");
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                options.UserPools = [staff.UserPool, customers.UserPool];
                options.Keys.HttpMessageHandler = new TwoPoolJwksHandler(staff, customers);
            });
            app.Run(ProtectedApp.AnswerAsync);
        });

        Assert.AreEqual("alice", (await host.GetAsync("/", "Bearer " + staff.IdToken("alice"))).Body);
        Assert.AreEqual("bob", (await host.GetAsync("/", "Bearer " + customers.IdToken("bob"))).Body);

        // A key of one pool must not sign tokens of the other.
        var foreign = await host.GetAsync("/", "Bearer " + staff.IdToken().WithClaim("iss", customers.Issuer).WithClaim("aud", "2example"));
        Assert.AreEqual(401, foreign.StatusCode);
    }
}
