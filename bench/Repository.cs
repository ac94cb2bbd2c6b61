using System;
using System.IO;
using System.Text.RegularExpressions;

namespace CognitoOwin.Bench;

/// <summary>Where the results go.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    public static string Artifact(string name) => In("artifacts", name);

    public static string Document(string name) => In("docs", name);

    /// <summary>Where a picture goes: into the pages only if they are to be updated, as they show it beside the figures of its run.</summary>
    public static string Image(string name, bool updateDocs) => updateDocs ? Document("images/" + name) : Artifact(name);

    public static string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Puts a text between the markers of that name in <c>docs/performance.md</c>.</summary>
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
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("CognitoOwin.sln is in no folder above the program.");
        }

        return folder;
    }
}
