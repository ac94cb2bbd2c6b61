using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Claims;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Provisioning;

[TestClass]
public sealed class ProvisioningTests
{
    [TestMethod]
    public async Task Handler_sees_the_user_and_its_claims_reach_the_application()
    {
        using var pool = new CognitoTestPool();
        CognitoProvisionUserContext? seen = null;
        ClaimsPrincipal? principal = null;
        using var host = Start(
            pool,
            new CognitoJwtAuthenticationProvider
            {
                OnProvisionUser = async context =>
                {
                    await Task.Yield();
                    seen = context;
                    context.AddClaim("local_id", "42");
                    context.SetUser(new LocalUser(42));
                },
            },
            user => principal = user);
        string token = pool.IdToken("alice").WithGroups("admins", "staff").WithEmail("alice@example.com", verified: false)
            .WithCustomAttribute("tenant", "acme");

        await host.GetAsync("/", "Bearer " + token);

        Assert.AreEqual("alice", seen!.Username);
        Assert.AreEqual("alice@example.com", seen.Email);
        Assert.IsFalse(seen.EmailVerified);
        CollectionAssert.AreEqual(new[] { "admins", "staff" }, seen.Groups.ToArray());
        Assert.AreEqual("acme", seen.Attributes["custom:tenant"]);
        Assert.IsNull(seen.Attributes["custom:nothing"]);
        Assert.AreEqual(CognitoTokenUse.Id, seen.TokenUse);
        Assert.AreEqual(pool.Issuer, seen.Issuer);
        Assert.AreSame(pool.UserPool, seen.UserPool);
        Assert.AreEqual(token, seen.RawToken);
        Assert.AreEqual(seen.Subject, principal!.GetCognitoSubject());
        Assert.AreEqual("42", principal!.FindFirst("local_id").Value);
        Assert.AreEqual(42, principal!.GetCognitoUser<LocalUser>()!.Id);
    }

    [TestMethod]
    public async Task Token_is_provisioned_once_and_every_request_gets_the_outcome()
    {
        using var pool = new CognitoTestPool();
        var runs = 0;
        var principals = new List<ClaimsPrincipal>();
        using var host = Start(
            pool,
            new CognitoJwtAuthenticationProvider
            {
                OnProvisionUser = context =>
                {
                    runs++;
                    context.AddClaim("local_id", "42");
                    return Task.FromResult(0);
                },
            },
            principals.Add);
        var authorization = "Bearer " + pool.IdToken();

        await host.GetAsync("/", authorization);
        await host.GetAsync("/", authorization);

        Assert.AreEqual(1, runs);
        Assert.AreNotSame(principals[0].Identity, principals[1].Identity);
        Assert.IsTrue(principals.All(principal => principal.HasClaim("local_id", "42")));
    }

    [TestMethod]
    public async Task EveryRequest_runs_the_handler_for_every_request()
    {
        using var pool = new CognitoTestPool();
        var runs = 0;
        using var host = Start(
            pool,
            new CognitoJwtAuthenticationProvider { OnProvisionUser = _ => Task.FromResult(runs++) },
            _ => { },
            options => options.Provisioning = CognitoProvisioning.EveryRequest);
        var authorization = "Bearer " + pool.IdToken();

        await host.GetAsync("/", authorization);
        await host.GetAsync("/", authorization);

        Assert.AreEqual(2, runs);
    }

    [TestMethod]
    public async Task Handler_that_throws_runs_again_on_the_next_request()
    {
        using var pool = new CognitoTestPool();
        var runs = 0;
        var principals = new List<ClaimsPrincipal?>();
        using var host = Start(
            pool,
            new CognitoJwtAuthenticationProvider
            {
                OnProvisionUser = _ => ++runs == 1 ? throw new InvalidOperationException("The database is down.") : Task.FromResult(0),
            },
            principals.Add);
        var authorization = "Bearer " + pool.IdToken();

        var first = await host.GetAsync("/", authorization);
        var second = await host.GetAsync("/", authorization);

        Assert.AreEqual(200, first.StatusCode, "The action is open to everyone.");
        Assert.IsFalse(principals[0]?.Identity?.IsAuthenticated == true);
        Assert.AreEqual(200, second.StatusCode);
        Assert.IsTrue(principals[1]?.Identity?.IsAuthenticated);
        Assert.AreEqual(2, runs);
    }

    [TestMethod]
    public async Task Handler_that_rejects_leaves_the_request_anonymous()
    {
        using var pool = new CognitoTestPool();
        ClaimsPrincipal? principal = null;
        using var host = Start(
            pool,
            new CognitoJwtAuthenticationProvider
            {
                OnProvisionUser = context =>
                {
                    context.Reject("This \"account\" is closed.\r\nSet-Cookie: a=b");
                    return Task.FromResult(0);
                },
            },
            user => principal = user,
            answer: 401);

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken());

        Assert.IsFalse(principal?.Identity?.IsAuthenticated == true);
        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual(
            "Bearer realm=\"api\", error=\"invalid_token\", error_description=\"This ?account? is closed.??Set-Cookie: a=b\"",
            response.Header("WWW-Authenticate"));
    }

    private static OwinTestHost Start(
        CognitoTestPool pool,
        CognitoJwtAuthenticationProvider provider,
        Action<ClaimsPrincipal> seen,
        Action<CognitoJwtAuthenticationOptions>? configure = null,
        int answer = 200) =>
        OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.Provider = provider;
                configure?.Invoke(options);
            });
            app.Run(context =>
            {
                seen(context.Authentication.User);
                context.Response.StatusCode = answer;
                return Task.FromResult(0);
            });
        });

    private sealed record LocalUser(int Id);
}
