using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CognitoOwin.Tests.Documentation;

/// <summary>A SQLite database, by the library of the system.</summary>
internal sealed class Sqlite : IDisposable
{
    private readonly SqliteConnection _connection;

    static Sqlite()
    {
#if NET
        // Only development packages of Linux have the name without a number. Mono maps it.
        System.Runtime.InteropServices.NativeLibrary.SetDllImportResolver(
            typeof(SQLite3Provider_sqlite3).Assembly,
            (_, _, _) => System.Runtime.InteropServices.NativeLibrary.Load("libsqlite3.so.0"));
#endif
        raw.SetProvider(new SQLite3Provider_sqlite3());
    }

    public Sqlite(string file = ":memory:")
    {
        _connection = new SqliteConnection("Data Source=" + file + ";Pooling=False");
        _connection.Open();
    }

    /// <summary>Returns the rows of all statements. Null is an empty text.</summary>
    public List<string[]> Query(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string[]>();
        do
        {
            while (reader.Read())
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetString(i))]);
            }
        }
        while (reader.NextResult());
        return rows;
    }

    public void Dispose() => _connection.Dispose();
}
