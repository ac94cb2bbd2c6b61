using System;
using System.Collections.Generic;
using System.Security.Claims;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Validation;
using Microsoft.Owin;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Revocations;

/// <summary>What each kind of revocation refuses, through the whole pipeline.</summary>
[TestClass]
public sealed class RevocationTests
{
    private const string Alice = "alice";

    [TestMethod]
    public async Task Sign_out_refuses_every_token_of_the_sign_in()
    {
        using var app = new RevocationsApp();
        string idToken = app.Pool.IdToken(Alice).WithClaim("origin_jti", "sign-in 1");
        string accessToken = app.Pool.AccessToken(Alice).WithClaim("origin_jti", "sign-in 1");
        string otherSignIn = app.Pool.IdToken(Alice).WithClaim("origin_jti", "sign-in 2");
        await app.AssertAcceptedAsync(idToken, "The token is cached.");

        await app.PostAsync(idToken, context => context.GetCognitoRevocations().RevokeSignInAsync(context.Authentication.User));

        await app.AssertRevokedAsync(idToken);
        await app.AssertRevokedAsync(accessToken);
        await app.AssertAcceptedAsync(otherSignIn);
        app.Clock.Advance(TimeSpan.FromHours(1));
        await app.AssertRevokedAsync(app.Pool.AccessToken(Alice).WithClaim("origin_jti", "sign-in 1"), "A refreshed token.");
    }

    [TestMethod]
    public async Task Revoked_user_is_refused_in_every_sign_in_until_the_moment()
    {
        using var app = new RevocationsApp();
        string phone = app.Pool.IdToken(Alice);
        string browser = app.Pool.AccessToken(Alice);
        string bob = app.Pool.IdToken("bob");
        await app.AssertAcceptedAsync(phone);

        await app.PostAsync(phone, context =>
            context.GetCognitoRevocations().RevokeUserAsync(context.Authentication.User, app.Clock.GetUtcNow()));

        await app.AssertRevokedAsync(phone);
        await app.AssertRevokedAsync(browser);
        await app.AssertAcceptedAsync(bob);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.AssertAcceptedAsync(app.Pool.IdToken(Alice), "A later sign-in.");
    }

    [TestMethod]
    public async Task Refreshed_token_of_a_revoked_user_counts_by_its_sign_in()
    {
        using var app = new RevocationsApp();
        var signIn = app.Clock.GetUtcNow().ToUnixTimeSeconds();
        await app.Revocations.RevokeUserAsync(app.PoolId, SubjectOf(Alice), app.Clock.GetUtcNow());

        app.Clock.Advance(TimeSpan.FromDays(3));

        await app.AssertRevokedAsync(app.Pool.IdToken(Alice).WithClaim("auth_time", signIn));
        await app.AssertAcceptedAsync(app.Pool.IdToken(Alice));
    }

    [TestMethod]
    [DataRow(-0.001, false)]
    [DataRow(0.0, true)]
    [DataRow(0.4, true)]
    public async Task Sign_in_in_the_second_of_the_moment_is_refused(double secondsAfterStart, bool isRevoked)
    {
        // The sign-in was somewhere in its second, and the token has the start of the second.
        using var app = new RevocationsApp();
        var signIn = DateTimeOffset.FromUnixTimeSeconds(app.Clock.GetUtcNow().ToUnixTimeSeconds());
        string token = app.Pool.IdToken(Alice).WithLifetime(signIn, TimeSpan.FromHours(1));

        await app.Revocations.RevokeUserAsync(app.PoolId, SubjectOf(Alice), signIn.AddSeconds(secondsAfterStart));

        await (isRevoked ? app.AssertRevokedAsync(token) : app.AssertAcceptedAsync(token));
    }

    [TestMethod]
    public async Task Token_of_a_revoked_user_without_auth_time_counts_by_iat()
    {
        using var app = new RevocationsApp();
        var now = app.Clock.GetUtcNow();
        string older = app.Pool.IdToken(Alice).WithoutClaim("auth_time").WithClaim("iat", now.ToUnixTimeSeconds());
        string newer = app.Pool.IdToken(Alice).WithoutClaim("auth_time").WithClaim("iat", now.ToUnixTimeSeconds() + 1);
        string neither = app.Pool.IdToken(Alice).WithoutClaim("auth_time").WithoutClaim("iat");
        await app.AssertAcceptedAsync(neither);

        await app.Revocations.RevokeUserAsync(app.PoolId, SubjectOf(Alice), now);

        await app.AssertRevokedAsync(older);
        await app.AssertAcceptedAsync(newer);
        await app.AssertRevokedAsync(neither, "Nobody knows when the user signed in.");
    }

    [TestMethod]
    public async Task Without_a_moment_no_sign_in_is_missed_when_the_clock_is_behind()
    {
        using var app = new RevocationsApp(options => options.ClockSkew = TimeSpan.FromSeconds(30));
        var now = app.Clock.GetUtcNow();
        string ahead = app.Pool.IdToken(Alice).WithLifetime(now.AddSeconds(30), TimeSpan.FromHours(1));
        string later = app.Pool.IdToken(Alice).WithLifetime(now.AddSeconds(31), TimeSpan.FromHours(1));

        await app.Revocations.RevokeUserAsync(app.PoolId, SubjectOf(Alice));

        await app.AssertRevokedAsync(ahead, "Cognito's clock is 30 seconds ahead.");
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.AssertAcceptedAsync(later);
    }

    [TestMethod]
    public async Task Same_sub_in_another_pool_is_not_affected()
    {
        using var app = new RevocationsApp();
        CognitoTestToken Change(CognitoTestToken token) => token.WithClaim("origin_jti", "same").WithClaim("jti", "same id");
        string own = Change(app.Pool.IdToken(Alice));
        string other = Change(app.OtherPool.IdToken(Alice));
        await app.AssertAcceptedAsync(other);

        await app.Revocations.RevokeUserAsync(app.PoolId, SubjectOf(Alice));
        await app.Revocations.RevokeSignInAsync(app.PoolId, "same");
        await app.Revocations.RevokeTokenAsync(app.PoolId, "same id", app.Clock.GetUtcNow().AddHours(1));
        await app.Revocations.RevokeClientAsync(app.PoolId, app.Pool.ClientId);

        await app.AssertRevokedAsync(own);
        await app.AssertAcceptedAsync(other);
    }

    [TestMethod]
    public async Task Revoked_token_is_refused_alone()
    {
        using var app = new RevocationsApp();
        string idToken = app.Pool.IdToken(Alice).WithClaim("origin_jti", "sign-in 1");
        string accessToken = app.Pool.AccessToken(Alice).WithClaim("origin_jti", "sign-in 1");
        await app.AssertAcceptedAsync(idToken);

        await app.PostAsync(idToken, context => context.GetCognitoRevocations().RevokeTokenAsync(context.Authentication.User));

        await app.AssertRevokedAsync(idToken);
        await app.AssertAcceptedAsync(accessToken);
    }

    [TestMethod]
    public async Task Revoked_client_is_refused_until_it_gets_a_later_token()
    {
        using var app = new RevocationsApp();
        app.Pool.UserPool.ClientIds.Add("another");
        using var validator = PoolValidator.Create(app.Pool);
        string machine = app.Pool.ClientCredentialsToken();
        string withoutTime = app.Pool.ClientCredentialsToken().WithoutClaim("iat");
        string person = app.Pool.IdToken(Alice);
        string anotherClient = app.Pool.IdToken(Alice).WithClaim("aud", "another");
        var signIn = app.Clock.GetUtcNow();

        await validator.Revocations.RevokeClientAsync(app.PoolId, app.Pool.ClientId, app.Clock.GetUtcNow());

        foreach (var token in new[] { machine, withoutTime, person })
        {
            Assert.AreEqual(TokenRejection.Revoked, (await validator.ValidateAsync(token)).Rejection);
        }

        Assert.IsTrue((await validator.ValidateAsync(anotherClient)).IsValid);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsTrue((await validator.ValidateAsync(app.Pool.ClientCredentialsToken())).IsValid);
        string refreshed = app.Pool.IdToken(Alice).WithClaim("auth_time", signIn.ToUnixTimeSeconds());
        Assert.IsTrue((await validator.ValidateAsync(refreshed)).IsValid, "Refreshing still works.");
    }

    [TestMethod]
    public async Task Remembered_user_with_provisioning_is_refused()
    {
        var runs = 0;
        using var app = new RevocationsApp(options => options.Provider.OnProvisionUser = _ =>
        {
            runs++;
            return Task.CompletedTask;
        });
        string token = app.Pool.IdToken(Alice);
        await app.AssertAcceptedAsync(token);
        await app.AssertAcceptedAsync(token);

        await app.Revocations.RevokeUserAsync(app.PoolId, SubjectOf(Alice));

        await app.AssertRevokedAsync(token);
        Assert.AreEqual(1, runs);
    }

    [TestMethod]
    public async Task Revoked_token_is_refused_with_the_token_cache_disabled()
    {
        using var app = new RevocationsApp(options => options.TokenCache.Enabled = false);
        string token = app.Pool.IdToken(Alice);
        await app.AssertAcceptedAsync(token);

        await app.PostAsync(token, context => context.GetCognitoRevocations().RevokeSignInAsync(context.Authentication.User));

        await app.AssertRevokedAsync(token);
    }

    [TestMethod]
    public async Task Revoked_token_is_refused_again_and_again()
    {
        using var app = new RevocationsApp();
        string token = app.Pool.IdToken(Alice);
        string bob = app.Pool.IdToken("bob");
        await app.Revocations.RevokeUserAsync(app.PoolId, SubjectOf(Alice));

        for (var i = 0; i < 3; i++)
        {
            await app.AssertRevokedAsync(token, "It is cached as a good token, and looked up at each request.");
            await app.AssertAcceptedAsync(bob);
        }
    }

    [TestMethod]
    public async Task With_Reject_the_middleware_answers_a_revoked_token_itself()
    {
        using var app = new RevocationsApp(options => options.InvalidTokens = InvalidTokenHandling.Reject);
        string token = app.Pool.IdToken(Alice);
        await app.Revocations.RevokeUserAsync(app.PoolId, SubjectOf(Alice));

        var response = await app.GetAsync(token);

        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual("", response.Body);
    }

    [TestMethod]
    public async Task All_middlewares_of_an_application_share_the_list()
    {
        using var pool = new CognitoTestPool();
        ICognitoRevocations? revocations = null;
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(pool.Configure);
            app.Map("/strict", branch =>
            {
                branch.UseCognitoJwt(options =>
                {
                    pool.Configure(options);
                    options.TokenUse = CognitoTokenUse.Id;
                    options.AuthenticationType = "Strict";
                });
                branch.Run(AnswerAsync);
            });
            app.Run(AnswerAsync);

            Task AnswerAsync(IOwinContext context)
            {
                revocations = context.GetCognitoRevocations();
                return ProtectedApp.AnswerAsync(context);
            }
        });
        var authorization = "Bearer " + pool.IdToken(Alice);
        Assert.AreEqual(200, (await host.GetAsync("/strict", authorization)).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/", authorization)).StatusCode);

        await revocations!.RevokeUserAsync(pool.UserPool.UserPoolId!, SubjectOf(Alice));

        Assert.AreEqual(401, (await host.GetAsync("/", authorization)).StatusCode);
        Assert.AreEqual(401, (await host.GetAsync("/strict", authorization)).StatusCode);
    }

    [TestMethod]
    public async Task Validator_without_HTTP_shares_the_list_of_the_application()
    {
        var list = new CognitoRevocationList();
        using var app = new RevocationsApp(options => options.Revocations.List = list);
        using var validator = PoolValidator.Create(app.Pool, options => options.Revocations.List = list);
        string token = app.Pool.IdToken(Alice);
        Assert.IsTrue((await validator.ValidateAsync(token)).IsValid);

        await app.PostAsync(token, context => context.GetCognitoRevocations().RevokeSignInAsync(context.Authentication.User));

        Assert.AreEqual(TokenRejection.Revoked, (await validator.ValidateAsync(token)).Rejection);
        Assert.AreEqual(1, list.Count);
    }

    [TestMethod]
    public void Two_lists_in_one_application_stop_the_start()
    {
        using var pool = new CognitoTestPool();

        var problem = Assert.ThrowsExactly<InvalidOperationException>(() => Find(() => OwinTestHost.Start(app =>
        {
            for (var i = 0; i < 2; i++)
            {
                app.UseCognitoJwt(options =>
                {
                    pool.Configure(options);
                    options.Revocations.List = new CognitoRevocationList();
                });
            }
        })));

        StringAssert.Contains(problem.Message, "Set the same Revocations.List in all of them");

        // Katana creates a middleware by reflection.
        static void Find(Func<OwinTestHost> start)
        {
            try
            {
                start().Dispose();
            }
            catch (System.Reflection.TargetInvocationException e) when (e.InnerException != null)
            {
                throw e.InnerException;
            }
        }
    }

    [TestMethod]
    public async Task Token_without_origin_jti_cannot_end_its_sign_in()
    {
        using var app = new RevocationsApp();
        string token = app.Pool.IdToken(Alice).WithoutClaim("origin_jti").WithoutClaim("jti");

        await app.PostAsync(token, context =>
        {
            var revocations = context.GetCognitoRevocations();
            var user = context.Authentication.User;
            Assert.IsNull(user.GetCognitoOriginJti());
            var noSignIn = Assert.ThrowsExactly<ArgumentException>(() => _ = revocations.RevokeSignInAsync(user));
            StringAssert.StartsWith(
                noSignIn.Message,
                "The token names no sign-in: it has no origin_jti. Enable token revocation for the app client, or call RevokeTokenAsync, "
                + "which refuses one token, or RevokeUserAsync, which refuses all tokens of a user.");
            var noId = Assert.ThrowsExactly<ArgumentException>(() => _ = revocations.RevokeTokenAsync(user));
            StringAssert.StartsWith(noId.Message, "The token has no id (jti). Call RevokeSignInAsync");
            return revocations.RevokeUserAsync(user);
        });

        await app.AssertRevokedAsync(token);
    }

    [TestMethod]
    public async Task Principal_must_come_with_a_token_of_a_user()
    {
        using var app = new RevocationsApp();

        await app.PostAsync(app.Pool.ClientCredentialsToken(), context =>
        {
            var client = Assert.ThrowsExactly<ArgumentException>(
                () => _ = context.GetCognitoRevocations().RevokeUserAsync(context.Authentication.User));
            StringAssert.Contains(client.Message, "Call RevokeClientAsync.");
            return Task.CompletedTask;
        });

        var nobody = new ClaimsPrincipal(new ClaimsIdentity("Windows"));
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _ = app.Revocations.RevokeSignInAsync(nobody)).Message,
            "did not come with a Cognito token");
        Assert.ThrowsExactly<ArgumentNullException>(() => _ = app.Revocations.RevokeTokenAsync((ClaimsPrincipal)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => _ = ((ICognitoRevocations)null!).RevokeTokenAsync(nobody));
    }

    [TestMethod]
    public void Pool_that_is_not_configured_makes_every_call_throw()
    {
        using var app = new RevocationsApp();
        const string Unknown = "eu-west-1_Unknown\n";
        List<Action> calls =
        [
            () => _ = app.Revocations.RevokeSignInAsync(Unknown, "x"),
            () => _ = app.Revocations.RevokeUserAsync(Unknown, "x"),
            () => _ = app.Revocations.RevokeTokenAsync(Unknown, "x", app.Clock.GetUtcNow()),
            () => _ = app.Revocations.RevokeClientAsync(Unknown, "x"),
        ];

        foreach (var call in calls)
        {
            var problem = Assert.ThrowsExactly<ArgumentException>(call);
            StringAssert.Contains(problem.Message, "\"eu-west-1_Unknown?\" is not configured");
            StringAssert.Contains(problem.Message, app.PoolId);
        }

        Assert.ThrowsExactly<ArgumentNullException>(() => _ = app.Revocations.RevokeSignInAsync(null!, "x"));
    }

    [TestMethod]
    public void Arguments_that_revoke_nothing_throw()
    {
        using var app = new RevocationsApp();
        var revocations = app.Revocations;
        var tooLong = new string('x', 257);

        Assert.ThrowsExactly<ArgumentException>(() => _ = revocations.RevokeUserAsync(app.PoolId, ""));
        Assert.ThrowsExactly<ArgumentException>(() => _ = revocations.RevokeUserAsync(app.PoolId, tooLong));
        Assert.ThrowsExactly<ArgumentException>(() => _ = revocations.RevokeSignInAsync(app.PoolId, tooLong));
        Assert.ThrowsExactly<ArgumentException>(() => _ = revocations.RevokeSignInAsync(app.PoolId, ""));
        Assert.ThrowsExactly<ArgumentNullException>(() => _ = revocations.RevokeClientAsync(app.PoolId, null!));
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _ = revocations.RevokeClientAsync(app.PoolId, "misspelt")).Message,
            "The app client \"misspelt\"");
    }

    [TestMethod]
    public async Task Moment_in_the_future_throws()
    {
        using var app = new RevocationsApp();
        var limit = app.Clock.GetUtcNow().AddSeconds(60);

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ = app.Revocations.RevokeUserAsync(app.PoolId, "x", limit.AddTicks(1)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ = app.Revocations.RevokeClientAsync(app.PoolId, app.Pool.ClientId, DateTimeOffset.MaxValue));
        await app.Revocations.RevokeUserAsync(app.PoolId, "x", limit);
        await app.Revocations.RevokeUserAsync(app.PoolId, "x", DateTimeOffset.MinValue);
    }

    [TestMethod]
    public async Task Cancelled_call_revokes_nothing()
    {
        using var app = new RevocationsApp();
        string token = app.Pool.IdToken(Alice);

        await Assert.ThrowsAsync<OperationCanceledException>(() => app.Revocations.RevokeUserAsync(
            app.PoolId, SubjectOf(Alice), cancellationToken: new CancellationToken(canceled: true)));

        await app.AssertAcceptedAsync(token);
    }

    [TestMethod]
    public async Task Revocations_before_UseCognitoJwt_throw_and_name_it()
    {
        using var host = OwinTestHost.Start(app => app.Run(context =>
        {
            context.GetCognitoRevocations();
            return Task.CompletedTask;
        }));

        var problem = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => host.GetAsync("/"));

        StringAssert.Contains(problem.Message, "call app.UseCognitoJwt() before the code that calls GetCognitoRevocations().");
        Assert.ThrowsExactly<ArgumentNullException>(() => ((IOwinContext)null!).GetCognitoRevocations());
    }

    [TestMethod]
    [DataRow("origin_jti", 1)]
    [DataRow("auth_time", "yesterday")]
    [DataRow("auth_time", -1)]
    public async Task Claim_that_a_revocation_needs_must_have_its_type(string claim, object value)
    {
        using var pool = new CognitoTestPool();

        Assert.AreEqual(
            TokenRejection.MalformedClaim, await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithClaim(claim, value)));
    }

    [TestMethod]
    public async Task Token_has_the_ids_and_times_that_revocations_use()
    {
        using var app = new RevocationsApp();
        using var validator = PoolValidator.Create(app.Pool);
        var now = DateTimeOffset.FromUnixTimeSeconds(app.Clock.GetUtcNow().ToUnixTimeSeconds());

        var token = (await validator.ValidateAsync(app.Pool.IdToken()
            .WithClaim("origin_jti", "sign-in").WithClaim("jti", "token").WithClaim("auth_time", now.AddHours(-1).ToUnixTimeSeconds()))).Token!;
        var bare = (await validator.ValidateAsync(app.Pool.IdToken()
            .WithoutClaim("origin_jti").WithoutClaim("jti").WithoutClaim("auth_time").WithoutClaim("iat"))).Token!;

        Assert.AreEqual(("sign-in", "token"), (token.OriginJti, token.Jti));
        Assert.AreEqual((now.AddHours(-1), now), (token.AuthTime, token.IssuedAt));
        Assert.AreEqual((null, null, null, null), (bare.OriginJti, bare.Jti, bare.AuthTime, bare.IssuedAt));
    }

    private static string SubjectOf(string username)
    {
        using var pool = new CognitoTestPool();
        var payload = pool.IdToken(username).ToString().Split('.')[1].Replace('-', '+').Replace('_', '/');
        var json = System.Text.Json.JsonDocument.Parse(Convert.FromBase64String(payload.PadRight((payload.Length + 3) / 4 * 4, '=')));
        return json.RootElement.GetProperty("sub").GetString()!;
    }
}
