using System.IO;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using CognitoOwin.Tests.Repository;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Snippets.GettingStarted;

namespace CognitoOwin.Tests.Documentation;

/// <summary>The application of docs/getting-started.md.</summary>
[TestClass]
public sealed class GettingStartedPageTests
{
    private static readonly string Page = File.ReadAllText(RepositoryFiles.PathOf("docs/getting-started.md"));

    [TestMethod]
    public async Task Request_with_a_token_gets_the_answer_of_the_page()
    {
        using var page = new PageApp(new Startup().Configuration, typeof(MeController));
        var shown = Regex.Match(Page, @"HTTP/1.1 200 OK\n\n(.*)\n").Groups[1].Value;
        var subject = Regex.Match(shown, "\"id\":\"([^\"]+)\"").Groups[1].Value;

        var response = await page.SendAsync("GET", "/api/me", page.Pool.IdToken("alice").WithClaim("sub", subject));

        Assert.AreEqual(200, response.StatusCode);
        Assert.AreEqual(shown, response.Body);
    }

    [TestMethod]
    public async Task Request_without_a_token_gets_the_challenge_of_the_page()
    {
        using var page = new PageApp(new Startup().Configuration, typeof(MeController));

        var response = await page.SendAsync("GET", "/api/me");

        Assert.AreEqual(401, response.StatusCode);
        StringAssert.Contains(Page, "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: " + response.Header("WWW-Authenticate") + "\n");
    }
}
