using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using CognitoOwin.Tests.Repository;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Documentation;

/// <summary>The recipes of docs/provisioning.md.</summary>
[TestClass]
public sealed class ProvisioningPageTests
{
    private static readonly string Page = File.ReadAllText(RepositoryFiles.PathOf("docs/provisioning.md"));

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void SQLite_statement_keeps_a_known_address_whichever_token_comes_first(bool isIdTokenFirst)
    {
        var statement = Regex.Match(Page, @"-- SQLite, PostgreSQL\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        using var database = new Sqlite();
        database.Query(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, user_pool_id TEXT NOT NULL, subject TEXT NOT NULL, email TEXT, UNIQUE (user_pool_id, subject))");

        foreach (var isIdToken in new[] { isIdTokenFirst, !isIdTokenFirst, isIdTokenFirst })
        {
            database.Query(statement
                .Replace("@UserPoolId", "'eu-west-1_A'")
                .Replace("@Subject", "'alice'")
                .Replace("@Email", isIdToken ? "'alice@example.com'" : "NULL"));
        }

        CollectionAssert.AreEqual(
            new[] { "eu-west-1_A alice alice@example.com" },
            database.Query("SELECT user_pool_id, subject, email FROM users").Select(row => string.Join(" ", row)).ToArray());
    }

    [TestMethod]
    public void Every_recipe_that_stores_the_address_keeps_it_when_a_token_has_none()
    {
        var blocks = Regex.Matches(Page, @"```(csharp|sql)[^\n]*\n(.*?)```", RegexOptions.Singleline).Cast<Match>()
            .Select(block => block.Groups[2].Value)
            .Where(block => Regex.IsMatch(block, @"\b(UPDATE|SaveChangesAsync|UpdateAsync)\b"))
            .ToList();

        Assert.HasCount(4, blocks, "SQL Server, MySQL and SQLite, Entity Framework, ASP.NET Identity");
        foreach (var block in blocks)
        {
            var updates = Regex.Matches(block, @"UPDATE SET|KEY UPDATE").Count;
            Assert.IsTrue(
                updates > 0 ? updates == Regex.Matches(block, @"COALESCE\(").Count : block.Contains("context.Email != null", StringComparison.Ordinal),
                block);
        }
    }
}
