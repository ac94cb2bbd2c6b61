using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Web;
using SQLitePCL;

namespace Notes.Data
{
    /// <summary>Loads the native library of Microsoft.Data.Sqlite: the system's library on Linux, the one in bin/ on Windows.</summary>
    internal static class NativeSqlite
    {
        public static void Load()
        {
            if (Environment.OSVersion.Platform == PlatformID.Win32NT)
            {
                // ASP.NET copies the assemblies to another folder, without native libraries, so Windows does not find this one there.
                // After it is loaded by its path, every import of "sqlite3" uses it.
                var library = Path.Combine(HttpRuntime.BinDirectory, Environment.Is64BitProcess ? "x64" : "x86", "sqlite3.dll");
                if (LoadLibrary(library) == IntPtr.Zero)
                {
                    throw new Win32Exception(Marshal.GetLastWin32Error(), $"{library} cannot be loaded.");
                }
            }

            raw.SetProvider(new SQLite3Provider_sqlite3());
        }

        [DllImport("kernel32", EntryPoint = "LoadLibraryW", CharSet = CharSet.Unicode, SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        private static extern IntPtr LoadLibrary(string path);
    }
}
