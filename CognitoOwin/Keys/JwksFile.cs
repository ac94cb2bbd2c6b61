using System;
using System.IO;
using System.Security;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Keys;

/// <summary>Reads a JWKS from a file of this host, which an administrator keeps up to date.</summary>
internal sealed class JwksFile(string path, TimeSpan timeout, TimeProvider time) : JwksSource(timeout, time)
{
    private const string DataDirectory = "|DataDirectory|";

    private readonly string _path = GetFullPath(path);

    public override string Name => _path;

    /// <summary>
    /// Gets the full path of a file that a setting names. <c>~/</c>, and any path that is not absolute, starts at the
    /// application's folder; <c>|DataDirectory|</c> is that folder's <c>App_Data</c> unless the application has set another.
    /// </summary>
    /// <param name="path">The path of the setting.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="ArgumentException">The text is not a path.</exception>
    /// <exception cref="NotSupportedException">The text is not a path.</exception>
    /// <exception cref="PathTooLongException">The path is too long.</exception>
    public static string GetFullPath(string path)
    {
        // HostingEnvironment.MapPath gives the same result, but exists only on System.Web, and the library runs on other hosts
        // too.
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

    /// <summary>Reads the file. The call blocks.</summary>
    /// <param name="fullPath">The full path.</param>
    /// <returns>The document.</returns>
    /// <exception cref="JwksException">The file could not be read; the exception says why.</exception>
    public static byte[] Read(string fullPath)
    {
        try
        {
            // Share the file, so that another process can write or replace it at the same time.
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

            return document.AsSpan(0, length).ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            throw new JwksException(JwksFailure.File, "The file could not be read: " + e.Message, e);
        }
    }

    // The base class calls this on a thread of its own, with a time limit, so it may block.
    protected override Task<byte[]> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Read(_path));
}
