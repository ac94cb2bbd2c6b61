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
using MySqlConnector;

namespace Notes.Data
{
    /// <summary>
    /// Stores users and notes in the database that web.config names: SQLite or, with providerName="MySqlConnector", MySQL, MariaDB or
    /// Amazon Aurora. An instance costs little, so create one where it is needed.
    /// </summary>
    public sealed class NotesStore
    {
        private const string SqliteSchema = @"
            PRAGMA journal_mode = WAL;

            CREATE TABLE IF NOT EXISTS users (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                user_pool_id TEXT NOT NULL,
                subject TEXT NOT NULL,
                username TEXT,
                email TEXT,
                disabled_at TEXT,
                UNIQUE (user_pool_id, subject)
            );

            CREATE TABLE IF NOT EXISTS notes (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                user_id INTEGER NOT NULL REFERENCES users (id),
                text TEXT NOT NULL,
                created_at TEXT NOT NULL
            );

            CREATE INDEX IF NOT EXISTS notes_by_user ON notes (user_id, id);";

        // The comparison of pool id and subject is case-sensitive, and both are short enough for a key.
        private const string MySqlSchema = @"
            CREATE TABLE IF NOT EXISTS users (
                id BIGINT PRIMARY KEY AUTO_INCREMENT,
                user_pool_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                subject VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                username VARCHAR(200),
                email VARCHAR(320),
                disabled_at VARCHAR(30),
                UNIQUE (user_pool_id, subject)
            ) DEFAULT CHARACTER SET utf8mb4;

            CREATE TABLE IF NOT EXISTS notes (
                id BIGINT PRIMARY KEY AUTO_INCREMENT,
                user_id BIGINT NOT NULL REFERENCES users (id),
                text VARCHAR(1000) NOT NULL,
                created_at VARCHAR(30) NOT NULL,
                INDEX notes_by_user (user_id, id)
            ) DEFAULT CHARACTER SET utf8mb4;";

        // One statement inserts or updates. With "select, then insert", two first requests of one user would both find nothing. An access
        // token has no e-mail address, and null must not overwrite the one that is stored.
        private const string SqliteSaveUser = @"
            INSERT INTO users (user_pool_id, subject, username, email)
            VALUES (@userPoolId, @subject, @username, @email)
            ON CONFLICT (user_pool_id, subject) DO UPDATE
                SET username = COALESCE(excluded.username, username), email = COALESCE(excluded.email, email);";

        private const string MySqlSaveUser = @"
            INSERT INTO users (user_pool_id, subject, username, email)
            VALUES (@userPoolId, @subject, @username, @email)
            ON DUPLICATE KEY UPDATE username = COALESCE(VALUES(username), username), email = COALESCE(VALUES(email), email);";

        private const string GetUser = @"
            SELECT id, username, email, disabled_at AS disabledAt FROM users WHERE user_pool_id = @userPoolId AND subject = @subject;";

        private const string SetDisabled = @"
            UPDATE users SET disabled_at = @disabledAt WHERE id = @id;

            SELECT user_pool_id AS userPoolId, subject FROM users WHERE id = @id;";

        private const string AddNote = @"
            INSERT INTO notes (user_id, text, created_at) VALUES (@userId, @text, @createdAt);

            SELECT id, text, created_at AS createdAt FROM notes WHERE id =";

        private const string GetNotes = @"
            SELECT id, text, created_at AS createdAt FROM notes WHERE user_id = @userId ORDER BY id DESC LIMIT 100;";

        private const string Count = @"
            SELECT (SELECT COUNT(*) FROM users) AS users, (SELECT COUNT(*) FROM notes) AS notes;";

        private static volatile bool _hasTables;

        private readonly string _connectionString;
        private readonly bool _isMySql;

        static NotesStore()
        {
            NativeSqlite.Load();
            if (AppDomain.CurrentDomain.GetData("DataDirectory") is string dataDirectory)
            {
                Directory.CreateDirectory(dataDirectory);
            }

            // Seconds. A request must not wait long for a database that hangs.
            SqlMapper.Settings.CommandTimeout = 5;
        }

        public NotesStore()
        {
            var settings = ConfigurationManager.ConnectionStrings["Notes"];
            _connectionString = settings.ConnectionString;
            _isMySql = settings.ProviderName == "MySqlConnector";
        }

        /// <summary>Finds the local user of a Cognito user, or creates it. A null is not known, and changes nothing.</summary>
        public async Task<LocalUser> SaveUserAsync(string userPoolId, string subject, string username, string email)
        {
            var user = new { userPoolId, subject, username, email };
            using (var connection = await OpenAsync())
            {
                // Most new tokens are of a known user. MySQL would use up an id with each INSERT, even if it only updates.
                var known = await connection.QuerySingleOrDefaultAsync<LocalUser>(GetUser, user);
                if (known != null && (username ?? known.Username) == known.Username && (email ?? known.Email) == known.Email)
                {
                    return known;
                }

                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        return await connection.QuerySingleAsync<LocalUser>((_isMySql ? MySqlSaveUser : SqliteSaveUser) + GetUser, user);
                    }
                    catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.LockDeadlock && attempt < 10)
                    {
                        // Two inserts lock the gap between the same two rows. MySQL cancels one of them, so try it again.
                    }
                }
            }
        }

        /// <summary>Closes or opens the account of a user. Returns null if the user does not exist.</summary>
        public async Task<UserKey> SetDisabledAsync(long id, bool isDisabled)
        {
            using (var connection = await OpenAsync())
            {
                return await connection.QuerySingleOrDefaultAsync<UserKey>(SetDisabled, new { id, disabledAt = isDisabled ? Now() : null });
            }
        }

        public async Task<Note> AddNoteAsync(long userId, string text)
        {
            using (var connection = await OpenAsync())
            {
                return await connection.QuerySingleAsync<Note>(
                    AddNote + (_isMySql ? " LAST_INSERT_ID();" : " last_insert_rowid();"), new { userId, text, createdAt = Now() });
            }
        }

        /// <summary>Gets the newest hundred notes of a user, newest first.</summary>
        public async Task<IReadOnlyList<Note>> GetNotesAsync(long userId)
        {
            using (var connection = await OpenAsync())
            {
                return (await connection.QueryAsync<Note>(GetNotes, new { userId })).ToList();
            }
        }

        public async Task<Counts> CountAsync()
        {
            using (var connection = await OpenAsync())
            {
                return await connection.QuerySingleAsync<Counts>(Count);
            }
        }

        private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

        private async Task<DbConnection> OpenAsync()
        {
            var connection = Connect();
            await connection.OpenAsync();
            if (!_isMySql)
            {
                // SQLite allows one writer at a time. The others wait up to five seconds instead of failing.
                await connection.ExecuteAsync("PRAGMA busy_timeout = 5000;");
            }

            // The first request that reaches the database creates the tables, so that the application starts while the database is away.
            if (!_hasTables)
            {
                await connection.ExecuteAsync(_isMySql ? MySqlSchema : SqliteSchema);
                _hasTables = true;
            }

            return connection;
        }

        private DbConnection Connect() =>
            _isMySql ? (DbConnection)new MySqlConnection(_connectionString) : new SqliteConnection(_connectionString);
    }
}
