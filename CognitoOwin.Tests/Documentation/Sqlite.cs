using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Documentation;

/// <summary>A database in memory, by the system's library, so that the tests need no package for two pages.</summary>
internal sealed class Sqlite : IDisposable
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
