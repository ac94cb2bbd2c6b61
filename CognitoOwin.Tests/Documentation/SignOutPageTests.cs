using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;
using Snippets;
using Snippets.SignOut;

namespace CognitoOwin.Tests.Documentation;

/// <summary>The blocks of docs/sign-out.md in one application. Each test signs somebody out by one of them.</summary>
[TestClass]
public sealed class SignOutPageTests
{
    [TestMethod]
    public async Task User_who_signs_out_is_refused()
    {
        using var page = Start();
        string token = page.Pool.IdToken("alice");

        Assert.AreEqual(200, (await page.SendAsync("DELETE", "/api/session", token)).StatusCode);

        await AssertRevokedAsync(page, token);
        Assert.AreEqual(200, (await page.SendAsync("DELETE", "/api/session", page.Pool.IdToken("bob"))).StatusCode);
    }

    [TestMethod]
    public async Task User_whose_refresh_token_is_revoked_too_is_refused()
    {
        using var page = Start();
        string token = page.Pool.IdToken("alice");

        await page.RunAsync(new A_user_signs_out_2(), token);

        await AssertRevokedAsync(page, token);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Token_with_or_without_origin_jti_is_refused(bool hasOriginJti)
    {
        using var page = Start();
        var token = page.Pool.IdToken("alice");
        string sent = hasOriginJti ? token : token.WithoutClaim("origin_jti");

        await page.RunAsync(new What_you_can_revoke(), sent);

        await AssertRevokedAsync(page, sent);
    }

    [TestMethod]
    public async Task User_whose_account_an_administrator_closes_is_refused()
    {
        using var page = Start();
        string alice = page.Pool.AccessToken("alice").WithClaim("sub", "id-of-alice");
        string admin = page.Pool.IdToken("carol").WithGroups("admins");

        var closed = await page.SendAsync("PUT", "/api/accounts/eu-west-1_Ab12Cd34e/id-of-alice/closed", admin);

        Assert.AreEqual(200, closed.StatusCode, closed.Body);
        await AssertRevokedAsync(page, alice);
    }

    [TestMethod]
    public async Task User_who_ends_all_sign_ins_is_refused()
    {
        using var page = Start();
        string elsewhere = page.Pool.IdToken("alice");

        await page.RunAsync(new An_administrator_closes_an_account_2(), page.Pool.IdToken("alice"));

        await AssertRevokedAsync(page, elsewhere);
    }

    [TestMethod]
    public async Task Client_whose_key_was_stolen_is_refused()
    {
        using var page = Start();
        string machine = page.Pool.ClientCredentialsToken("accounts/revoke");

        await page.RunAsync(new A_stolen_key_of_a_machine(), page.Pool.IdToken("carol"));

        await AssertRevokedAsync(page, machine);
    }

    [TestMethod]
    public async Task User_whose_sign_out_AWS_reports_is_refused()
    {
        using var page = Start();
        string alice = page.Pool.AccessToken("alice").WithClaim("sub", "id-of-alice");
        var report = "{\"userPoolId\":\"eu-west-1_Ab12Cd34e\",\"subject\":\"id-of-alice\",\"moment\":\"" + DateTime.UtcNow.ToString("s") + "Z\"}";

        var reported = await page.SendAsync("POST", "/api/revocations", page.Pool.ClientCredentialsToken("accounts/revoke"), report);

        Assert.AreEqual(200, reported.StatusCode, reported.Body);
        await AssertRevokedAsync(page, alice);
    }

    [TestMethod]
    public void Settings_that_ask_Cognito_again_are_accepted()
    {
        using var page = new PageApp(app => RunNow(new Ask_Cognito_again { app = app }));
    }

    private static PageApp Start() => new(
        app => RunNow(new Without_HTTP { app = app }),
        typeof(SignOutController), typeof(AccountsController), typeof(RevocationsController));

    private static void RunNow(Surroundings block) => block.RunAsync().GetAwaiter().GetResult();

    private static async Task AssertRevokedAsync(PageApp page, string token)
    {
        var response = await page.SendAsync("DELETE", "/api/session", token);

        Assert.AreEqual(401, response.StatusCode);
        StringAssert.Contains(response.Header("WWW-Authenticate"), "The token was revoked.");
    }
}
