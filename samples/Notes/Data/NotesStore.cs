using System;
using System.Collections.Generic;
using System.Configuration;
using System.Data.Common;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Notes.Data;

/// <summary>Users and notes, in the database that web.config names. Cheap: make one where it is needed.</summary>
public sealed class NotesStore(string connectionString)
{
    private const string Schema = """
        PRAGMA journal_mode = WAL;

        CREATE TABLE IF NOT EXISTS users (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            issuer TEXT NOT NULL,
            subject TEXT NOT NULL,
            username TEXT,
            email TEXT,
            UNIQUE (issuer, subject)
        );

        CREATE TABLE IF NOT EXISTS notes (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id INTEGER NOT NULL REFERENCES users (id),
            text TEXT NOT NULL,
            created_at TEXT NOT NULL
        );

        CREATE INDEX IF NOT EXISTS notes_by_user ON notes (user_id, id);
        """;

    // The database decides whether the user is new, in one statement: with "select, then insert" two first requests of one
    // user would both find nothing. An unchanged user is left alone, so that its row is not written for every token.
    private const string SaveUser = """
        INSERT INTO users (issuer, subject, username, email)
        VALUES (@issuer, @subject, @username, @email)
        ON CONFLICT (issuer, subject) DO UPDATE
            SET username = excluded.username, email = excluded.email
            WHERE username IS NOT excluded.username OR email IS NOT excluded.email;

        SELECT id, username, email FROM users WHERE issuer = @issuer AND subject = @subject;
        """;

    private const string AddNote = """
        INSERT INTO notes (user_id, text, created_at) VALUES (@userId, @text, @createdAt);

        SELECT id, text, created_at AS createdAt FROM notes WHERE id = last_insert_rowid();
        """;

    private const string GetNotes = """
        SELECT id, text, created_at AS createdAt FROM notes WHERE user_id = @userId ORDER BY id DESC LIMIT 100;
        """;

    private const string Count = """
        SELECT (SELECT COUNT(*) FROM users) AS users, (SELECT COUNT(*) FROM notes) AS notes;
        """;

    static NotesStore() => NativeSqlite.Load();

    public NotesStore()
        : this(ConfigurationManager.ConnectionStrings["Notes"].ConnectionString)
    {
    }

    public void CreateDatabase()
    {
        if (AppDomain.CurrentDomain.GetData("DataDirectory") is string dataDirectory)
        {
            Directory.CreateDirectory(dataDirectory);
        }

        using var connection = Open();
        connection.Execute(Schema);
    }

    public async Task<LocalUser> SaveUserAsync(string issuer, string subject, string? username, string? email)
    {
        using var connection = Open();
        return await connection.QuerySingleAsync<LocalUser>(SaveUser, new { issuer, subject, username, email });
    }

    public async Task<Note> AddNoteAsync(long userId, string text)
    {
        using var connection = Open();
        var createdAt = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return await connection.QuerySingleAsync<Note>(AddNote, new { userId, text, createdAt });
    }

    /// <summary>The newest hundred notes of a user, newest first.</summary>
    public async Task<IReadOnlyList<Note>> GetNotesAsync(long userId)
    {
        using var connection = Open();
        return (await connection.QueryAsync<Note>(GetNotes, new { userId })).ToList();
    }

    public async Task<Counts> CountAsync()
    {
        using var connection = Open();
        return await connection.QuerySingleAsync<Counts>(Count);
    }

    private DbConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        // SQLite has one writer at a time: the others wait for their turn, up to five seconds, instead of failing.
        connection.Execute("PRAGMA busy_timeout = 5000;");
        return connection;
    }
}
