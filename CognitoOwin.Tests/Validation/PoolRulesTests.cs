using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Validation;

/// <summary>Rules of one pool in place of the general ones, and tokens of clients beside tokens of users.</summary>
[TestClass]
public sealed class PoolRulesTests
{
    [TestMethod]
    public async Task Rules_of_a_pool_apply_to_its_tokens_only()
    {
        using var staff = new CognitoTestPool();
        using var machines = new CognitoTestPool();
        machines.UserPool.TokenUse = CognitoTokenUse.Access;
        machines.UserPool.RequiredScopes = ["notes/write"];
        machines.UserPool.RequiredGroups = [];
        using var host = Start(staff, machines, options =>
        {
            options.TokenUse = CognitoTokenUse.Id;
            options.RequiredGroups = ["staff"];
        });

        Assert.AreEqual(200, await StatusAsync(host, staff.IdToken().WithGroups("staff")));
        Assert.AreEqual(403, await StatusAsync(host, staff.IdToken()));
        Assert.AreEqual(401, await StatusAsync(host, staff.AccessToken().WithGroups("staff").WithScopes("notes/write")));
        Assert.AreEqual(200, await StatusAsync(host, machines.AccessToken().WithScopes("notes/write")));
        Assert.AreEqual(403, await StatusAsync(host, machines.AccessToken()));
        Assert.AreEqual(401, await StatusAsync(host, machines.IdToken().WithGroups("staff")));
    }

    [TestMethod]
    public async Task Challenge_names_the_scopes_of_the_tokens_pool()
    {
        using var staff = new CognitoTestPool();
        using var machines = new CognitoTestPool();
        machines.UserPool.RequiredScopes = ["jobs/run", "jobs/stop"];
        using var host = Start(staff, machines, options => options.RequiredScopes = ["notes/read"]);

        StringAssert.EndsWith(await ChallengeAsync(host, staff.AccessToken()), "scope=\"notes/read\"");
        StringAssert.EndsWith(await ChallengeAsync(host, machines.AccessToken()), "scope=\"jobs/run jobs/stop\"");
    }

    [TestMethod]
    public async Task People_and_machines_share_one_pool()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options =>
        {
            options.RequiredGroups = ["staff"];
            options.RequiredScopes = ["notes/read"];
        });

        Assert.AreEqual(200, await StatusAsync(host, pool.ClientCredentialsToken("notes/read")));
        Assert.AreEqual(403, await StatusAsync(host, pool.ClientCredentialsToken("notes/write")));
        Assert.AreEqual(200, await StatusAsync(host, pool.IdToken().WithGroups("staff")));
        Assert.AreEqual(403, await StatusAsync(host, pool.IdToken()));
        Assert.AreEqual(403, await StatusAsync(host, pool.AccessToken().WithScopes("notes/read")), "A user, in no group.");
        Assert.AreEqual(200, await StatusAsync(host, pool.AccessToken().WithScopes("notes/read").WithGroups("staff")));
    }

    [TestMethod]
    public async Task IsCognitoClient_tells_clients_from_users()
    {
        using var pool = new CognitoTestPool();
        foreach (var (token, expected) in new (CognitoTestToken, bool)[]
        {
            (pool.ClientCredentialsToken(), true),
            (pool.ClientCredentialsToken().WithoutClaim("sub"), true),
            (pool.AccessToken(), false),
            (pool.AccessToken().WithoutClaim("username"), false),
            (pool.IdToken(), false),
        })
        {
            var user = await pool.SignInAsync(token);
            Assert.IsTrue(user.Identity!.IsAuthenticated);
            Assert.AreEqual(expected, user.IsCognitoClient());
        }

        Assert.IsFalse(new System.Security.Claims.ClaimsPrincipal().IsCognitoClient());
    }

    private static OwinTestHost Start(CognitoTestPool one, CognitoTestPool other, Action<CognitoJwtAuthenticationOptions> configure) =>
        OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                options.UserPools = [one.UserPool, other.UserPool];
                options.Keys.HttpMessageHandler = new TwoPoolJwksHandler(one, other);
                configure(options);
            });
            app.Run(ProtectedApp.AnswerAsync);
        });

    private static async Task<string> ChallengeAsync(OwinTestHost host, string token) =>
        (await host.GetAsync("/", "Bearer " + token)).Header("WWW-Authenticate")!;

    private static async Task<int> StatusAsync(OwinTestHost host, string token) => (await host.GetAsync("/", "Bearer " + token)).StatusCode;
}
