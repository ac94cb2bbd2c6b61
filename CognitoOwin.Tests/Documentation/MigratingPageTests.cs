using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using CognitoOwin.Tests.Repository;
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
            Assert.ThrowsExactly<InvalidOperationException>(
                () => database.Query("INSERT INTO users (user_pool_id, subject) VALUES ('eu-west-1_A', 'bob')")).Message,
            "UNIQUE");
    }

    /// <summary>A database in memory, by the system's library, so that the tests need no package for one page.</summary>
    private sealed class Sqlite : IDisposable
    {
        private const string Library = "libsqlite3.so.0";

        private readonly IntPtr _database;

        public Sqlite() => Assert.AreEqual(0, Open(Encoding.UTF8.GetBytes(":memory:\0"), out _database));

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int RowCallback(IntPtr state, int count, IntPtr values, IntPtr names);

        public List<string[]> Query(string sql)
        {
            var rows = new List<string[]>();
            RowCallback callback = (_, count, values, _) =>
            {
                rows.Add([.. Enumerable.Range(0, count).Select(i => Marshal.PtrToStringAnsi(Marshal.ReadIntPtr(values, i * IntPtr.Size)) ?? "")]);
                return 0;
            };
            var result = Execute(_database, Encoding.UTF8.GetBytes(sql + "\0"), callback, IntPtr.Zero, out var error);
            GC.KeepAlive(callback);
            return result == 0 ? rows : throw new InvalidOperationException(Marshal.PtrToStringAnsi(error));
        }

        public void Dispose() => _ = Close(_database);

        [DllImport(Library, EntryPoint = "sqlite3_open", CallingConvention = CallingConvention.Cdecl)]
        private static extern int Open(byte[] name, out IntPtr database);

        [DllImport(Library, EntryPoint = "sqlite3_exec", CallingConvention = CallingConvention.Cdecl)]
        private static extern int Execute(IntPtr database, byte[] sql, RowCallback callback, IntPtr state, out IntPtr error);

        [DllImport(Library, EntryPoint = "sqlite3_close", CallingConvention = CallingConvention.Cdecl)]
        private static extern int Close(IntPtr database);
    }
}
