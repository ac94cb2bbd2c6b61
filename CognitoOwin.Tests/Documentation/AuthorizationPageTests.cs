using System.Threading.Tasks;
using System.Web.Http;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;
using Snippets;
using Snippets.Authorization;

namespace CognitoOwin.Tests.Documentation;

/// <summary>The controllers and the attribute of docs/authorization.md in one application.</summary>
[TestClass]
public sealed class AuthorizationPageTests
{
    [TestMethod]
    public async Task Groups_are_roles()
    {
        using var page = Start();

        Assert.AreEqual(200, (await page.SendAsync("GET", "/api/notes")).StatusCode);
        Assert.AreEqual(200, (await page.SendAsync("DELETE", "/api/notes/1", page.Pool.IdToken("alice").WithGroups("admins"))).StatusCode);
        Assert.AreEqual(401, (await page.SendAsync("DELETE", "/api/notes/1", page.Pool.IdToken("bob"))).StatusCode);
    }

    [TestMethod]
    [DataRow("GET", 200, 403, 200)]
    [DataRow("POST", 403, 200, 403)]
    [DataRow("PUT", 403, 200, 403)]
    [DataRow("DELETE", 200, 200, 200)]
    [DataRow("PATCH", 200, 200, 403)]
    public async Task Attribute_accepts_what_its_comment_says(string method, int access, int id, int program)
    {
        using var page = Start();

        Assert.AreEqual(
            $"{access} {id} {program}",
            $"{await SendAsync(page, method, page.Pool.AccessToken("alice").WithScopes("reports/read"))} "
            + $"{await SendAsync(page, method, page.Pool.IdToken("alice").WithGroups("auditors"))} "
            + $"{await SendAsync(page, method, page.Pool.ClientCredentialsToken("reports/write"))}");
    }

    [TestMethod]
    public async Task Own_attribute_accepts_one_tenant()
    {
        using var page = Start();

        Assert.AreEqual(200, (await page.SendAsync("GET", "/api/acme", page.Pool.IdToken().WithCustomAttribute("tenant", "acme"))).StatusCode);
        Assert.AreEqual(403, (await page.SendAsync("GET", "/api/acme", page.Pool.IdToken().WithCustomAttribute("tenant", "other"))).StatusCode);
    }

    [TestMethod]
    public async Task Controller_reads_its_user()
    {
        using var page = Start();

        await page.RunAsync(new What_a_controller_knows_about_its_user(), page.Pool.IdToken("alice").WithEmail("alice@example.com"));
    }

    private static PageApp Start() => new(
        app => app.UseCognitoJwt(options => options.UserPools[0].Name = "staff"),
        typeof(NotesController), typeof(ReportsController), typeof(AcmeController));

    private static async Task<int> SendAsync(PageApp page, string method, string token) =>
        (await page.SendAsync(method, "/api/reports", token)).StatusCode;

    [AuthorizeTenant]
    public sealed class AcmeController : ApiController
    {
        public IHttpActionResult Get() => Ok();
    }
}
