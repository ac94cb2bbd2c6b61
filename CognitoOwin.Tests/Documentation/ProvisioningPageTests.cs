using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using CognitoOwin.Tests.Repository;
using Microsoft.Data.Sqlite;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;
using Snippets.ProvisioningSqlite;

namespace CognitoOwin.Tests.Documentation;

/// <summary>The recipes of docs/provisioning.md. Those for SQLite run in one application.</summary>
[TestClass]
public sealed class ProvisioningPageTests
{
    private static readonly string Page = File.ReadAllText(RepositoryFiles.PathOf("docs/provisioning.md"));

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())).FullName;

    [TestInitialize]
    public void CreateTable()
    {
        // As ASP.NET does for App_Data.
        AppDomain.CurrentDomain.SetData("DataDirectory", _folder);
        using var database = OpenDatabase();
        database.Query(Regex.Match(Page, @"```sql\n(CREATE TABLE users .*?)```", RegexOptions.Singleline).Groups[1].Value);
    }

    [TestCleanup]
    public void DeleteDatabase()
    {
        SqliteConnection.ClearAllPools();
        AppDomain.CurrentDomain.SetData("DataDirectory", null);
        Directory.Delete(_folder, recursive: true);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task SQLite_user_keeps_a_known_address_whichever_token_comes_first(bool isIdTokenFirst)
    {
        using var page = new PageApp(new Startup().Configuration, typeof(AccountController));
        string idToken = page.Pool.IdToken("alice").WithEmail("alice@example.com");
        string accessToken = page.Pool.AccessToken("alice");

        _ = await page.SendAsync("GET", "/api/account", isIdTokenFirst ? idToken : accessToken);
        _ = await page.SendAsync("GET", "/api/account", isIdTokenFirst ? accessToken : idToken);
        var response = await page.SendAsync("GET", "/api/account", page.Pool.AccessToken("alice"));

        Assert.AreEqual("{\"Id\":1,\"Email\":\"alice@example.com\"}", response.Body);
    }

    [TestMethod]
    public async Task SQLite_user_whose_account_is_closed_is_refused()
    {
        using var page = new PageApp(new Startup().Configuration, typeof(AccountController));
        _ = await page.SendAsync("GET", "/api/account", page.Pool.AccessToken("alice"));
        using (var database = OpenDatabase())
        {
            database.Query("UPDATE users SET is_disabled = 1");
        }

        var response = await page.SendAsync("GET", "/api/account", page.Pool.AccessToken("alice"));

        Assert.AreEqual(401, response.StatusCode);
        StringAssert.Contains(response.Header("WWW-Authenticate"), "This account is closed.");
    }

    [TestMethod]
    public async Task Provider_as_a_class_sets_the_user()
    {
        using var page = new PageApp(
            app => app.UseCognitoJwt(options => options.Provider = new CognitoUsers(new UserStore())), typeof(AccountController));

        var response = await page.SendAsync("GET", "/api/account", page.Pool.AccessToken("alice"));

        Assert.AreEqual("{\"Id\":1,\"Email\":null}", response.Body);
    }

    [TestMethod]
    public async Task Client_reads_the_message_of_the_page_when_the_database_is_away()
    {
        AppDomain.CurrentDomain.SetData("DataDirectory", Path.Combine(_folder, "away"));
        using var page = new PageApp(
            app => app.UseCognitoJwt(options =>
            {
                options.Provider = new CognitoUsers(new UserStore());
                new The_answer { options = options }.RunAsync().GetAwaiter().GetResult();
            }),
            config => new The_answer_2 { config = config }.RunAsync().GetAwaiter().GetResult(),
            typeof(AccountController));

        var response = await page.SendAsync("GET", "/api/account", page.Pool.AccessToken("alice"));

        Assert.AreEqual(503, response.StatusCode);
        Assert.AreEqual("30", response.Header("Retry-After"));
        Assert.AreEqual("{\"message\":\"We cannot look up your account. Please try again in a minute.\"}", response.Body);
    }

    [TestMethod]
    public async Task SQLite_row_from_before_Cognito_becomes_that_of_its_user_and_of_nobody_else()
    {
        using var database = OpenDatabase();
        database.Query("DROP TABLE users; CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (41, 'b'), (42, 'a')");
        database.Query(Regex.Match(Page, @"```sql\n(ALTER TABLE users ADD COLUMN .*?)```", RegexOptions.Singleline).Groups[1].Value);
        var statement = Regex.Match(Page, "Link = @\"([^\"]*)\"").Groups[1].Value.Replace("Users", "users").Replace("UserPoolId =", "user_pool_id =");
        void Link(string subject, int id) => database.Query(
            statement.Replace("@userPoolId", "'us-east-1_A'").Replace("@subject", $"'{subject}'").Replace("@id", $"{id}"));

        Link("alice", 42);
        Link("mallory", 42);
        Link("alice", 41);
        var alice = await new UserStore().GetOrCreateAsync("us-east-1_A", "alice", "alice@example.com");
        var mallory = await new UserStore().GetOrCreateAsync("us-east-1_A", "mallory", null);

        Assert.AreEqual(42, alice.Id);
        Assert.AreEqual(43, mallory.Id);
        CollectionAssert.AreEqual(
            new[] { "41 b ", "42 a alice", "43  mallory" },
            database.Query("SELECT id, name, subject FROM users ORDER BY id").Select(row => string.Join(" ", row)).ToArray());
    }

    [TestMethod]
    public void Every_recipe_that_stores_the_address_keeps_it_when_a_token_has_none()
    {
        var blocks = Regex.Matches(Page, @"```(csharp|sql)[^\n]*\n(.*?)```", RegexOptions.Singleline).Cast<Match>()
            .Select(block => block.Groups[2].Value)
            .Where(block => Regex.IsMatch(block, @"\b(UPDATE SET|KEY UPDATE|SaveChangesAsync|UpdateAsync)\b"))
            .ToList();

        Assert.HasCount(5, blocks, "SQL Server, SQLite, MySQL, Entity Framework, ASP.NET Identity");
        foreach (var block in blocks)
        {
            var updates = Regex.Matches(block, @"UPDATE SET|KEY UPDATE").Count;
            Assert.IsTrue(
                updates > 0 ? updates == Regex.Matches(block, @"COALESCE\(").Count : block.Contains("context.Email != null", StringComparison.Ordinal),
                block);
        }
    }

    private Sqlite OpenDatabase() => new(Path.Combine(_folder, "users.db"));
}
