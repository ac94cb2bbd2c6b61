using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using CognitoOwin.Tests.Repository;
using Microsoft.Data.Sqlite;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Documentation;

/// <summary>The script of docs/migrating.md for SQLite, on a database with rows that are keyed by issuer.</summary>
[TestClass]
public sealed class MigratingPageTests
{
    private const string Before = """
        CREATE TABLE users (
            id INTEGER PRIMARY KEY AUTOINCREMENT, issuer TEXT NOT NULL, subject TEXT NOT NULL, username TEXT, email TEXT, disabled_at TEXT,
            UNIQUE (issuer, subject));
        CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL REFERENCES users (id), text TEXT NOT NULL);
        INSERT INTO users (id, issuer, subject, username, disabled_at) VALUES
            (1, 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A', 'alice', 'alice', NULL),
            (2, 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A', 'bob', 'bob', NULL),
            (3, 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A', 'alice', 'alice', '2026-01-01'),
            (4, 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_B', 'alice', 'another alice', NULL),
            (5, 'https://cognito-idp.us-west-2.amazonaws.com/eu-west-1_A', 'alice', 'alice', NULL);
        INSERT INTO notes (user_id, text) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e');
        """;

    [TestMethod]
    public void SQLite_script_keys_users_by_pool_id_and_keeps_the_older_of_two_rows()
    {
        var page = File.ReadAllText(RepositoryFiles.PathOf("docs/migrating.md"));
        var script = Regex.Match(page, @"\nSQLite, [^\n]*\n\n```sql\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        using var database = new Sqlite();
        database.Query(Before);

        var listed = database.Query(script);

        CollectionAssert.AreEqual(new[] { "3 alice 1", "5 alice 1" }, listed.Select(row => $"{row[0]} {row[3]} {row[7]}").ToArray());
        CollectionAssert.AreEqual(
            new[] { "1 eu-west-1_A alice 2026-01-01", "2 eu-west-1_A bob ", "4 eu-west-1_B alice " },
            database.Query("SELECT id, user_pool_id, subject, disabled_at FROM users ORDER BY id").Select(row => string.Join(" ", row)).ToArray());
        CollectionAssert.AreEqual(
            new[] { "a 1", "b 2", "c 1", "d 4", "e 1" },
            database.Query("SELECT text, user_id FROM notes ORDER BY id").Select(row => string.Join(" ", row)).ToArray());
        Assert.AreEqual(0, database.Query("PRAGMA foreign_key_check").Count);
        StringAssert.Contains(
            Assert.ThrowsExactly<SqliteException>(
                () => database.Query("INSERT INTO users (user_pool_id, subject) VALUES ('eu-west-1_A', 'bob')")).Message,
            "UNIQUE");
    }
}
