using System;
using System.IO;
using System.Xml.Linq;

namespace CognitoOwin.Tests.Repository;

/// <summary>Finds the files of the repository in which these tests were built.</summary>
internal static class RepositoryFiles
{
    private static readonly string Root = FindRoot();

    public static string PathOf(string relativePath) => Path.Combine(Root, relativePath);

    public static XDocument LoadXml(string relativePath) => XDocument.Load(PathOf(relativePath));

    // AppDomain.BaseDirectory is the folder of the test host under Mono, and [CallerFilePath] begins with /_/ in a deterministic
    // build, so search from the assembly.
    private static string FindRoot()
    {
        var assembly = typeof(RepositoryFiles).Assembly.Location;
        for (var folder = Directory.GetParent(assembly); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CognitoOwin.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException(
            $"No folder above {assembly} holds CognitoOwin.sln: run the tests where they were built.");
    }
}
