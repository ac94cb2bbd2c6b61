using System;
using System.IO;
using System.Text.RegularExpressions;

namespace CognitoOwin.Bench;

/// <summary>Finds the files to which the commands write their results.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    public static string Artifact(string name) => In("artifacts", name);

    public static string Document(string name) => In("docs", name);

    /// <summary>
    /// Finds the file of an image. An image goes to docs only with <c>--update-docs</c>, because a page shows it with the figures of the
    /// same run.
    /// </summary>
    public static string Image(string name, bool updateDocs) => updateDocs ? Document("images/" + name) : Artifact(name);

    public static string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Replaces the text between the markers of this name in <c>docs/performance.md</c>.</summary>
    public static void UpdatePerformancePage(string marker, string text)
    {
        var path = Document("performance.md");
        File.WriteAllText(path, Regex.Replace(
            File.ReadAllText(path),
            $"(?<=<!-- {marker} -->\n).*(?=<!-- /{marker} -->)",
            _ => text.TrimEnd('\n') + "\n",
            RegexOptions.Singleline | RegexOptions.CultureInvariant));
    }

    private static string In(string folder, string name)
    {
        var path = Path.Combine(Root, folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private static string FindRoot()
    {
        var folder = AppDomain.CurrentDomain.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CognitoOwin.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No folder above the program contains CognitoOwin.sln.");
        }

        return folder;
    }
}
