using System;
using System.IO;
using System.Security;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Keys;

/// <summary>A JWKS in a file of this host, which somebody else keeps up to date.</summary>
internal sealed class JwksFile(string path, TimeSpan timeout, TimeProvider time) : JwksSource(timeout, time)
{
    private const string DataDirectory = "|DataDirectory|";

    private readonly string _path = FullPathOf(path);

    /// <summary>
    /// The file that a setting means. <c>~/</c>, and any path that is not absolute, begins at the application's folder;
    /// <c>|DataDirectory|</c> is that folder's <c>App_Data</c> unless the application has named another.
    /// </summary>
    /// <exception cref="ArgumentException">It is no path.</exception>
    /// <exception cref="NotSupportedException">It is no path.</exception>
    /// <exception cref="PathTooLongException">It is too long.</exception>
    public static string FullPathOf(string path)
    {
        // Not HostingEnvironment.MapPath: the library runs on hosts other than System.Web, and the answer is the same.
        var root = AppDomain.CurrentDomain.BaseDirectory;
        if (path.StartsWith(DataDirectory, StringComparison.OrdinalIgnoreCase))
        {
            root = AppDomain.CurrentDomain.GetData("DataDirectory") as string ?? Path.Combine(root, "App_Data");
            path = path.Substring(DataDirectory.Length).TrimStart('/', '\\');
        }
        else if (path.StartsWith("~/", StringComparison.Ordinal) || path.StartsWith("~\\", StringComparison.Ordinal))
        {
            path = path.Substring(2);
        }

        return Path.GetFullPath(Path.Combine(root, path));
    }

    /// <summary>Reads the file at once.</summary>
    /// <exception cref="JwksException">The file could not be read; the exception says why.</exception>
    public static byte[] Read(string fullPath)
    {
        try
        {
            // Whoever writes the file, or puts a new one in its place, is not kept waiting.
            using var file = new FileStream(fullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var document = new byte[JwksDocument.MaximumBytes + 1];
            var length = 0;
            int read;
            while (length < document.Length && (read = file.Read(document, length, document.Length - length)) > 0)
            {
                length += read;
            }

            if (length > JwksDocument.MaximumBytes)
            {
                throw new JwksException(JwksFailure.TooLarge, $"The file is larger than {JwksDocument.MaximumBytes} bytes.");
            }

            // Editors of Windows put a byte order mark before UTF-8, which RFC 8259 §8.1 lets a reader ignore.
            var start = length >= 3 && document[0] == 0xEF && document[1] == 0xBB && document[2] == 0xBF ? 3 : 0;
            return document.AsSpan(start, length - start).ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            throw new JwksException(JwksFailure.File, "The file could not be read: " + e.Message, e);
        }
    }

    // The base class has put this on a thread of its own, with a time limit.
    protected override Task<byte[]> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Read(_path));
}
