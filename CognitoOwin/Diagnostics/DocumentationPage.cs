using System.Linq;
using System.Reflection;

namespace CognitoOwin.Diagnostics;

/// <summary>Names a page of the documentation, for a message.</summary>
internal static class DocumentationPage
{
    // The build writes the address of its repository into the assembly, if the repository has one.
    private static readonly string? Repository = typeof(DocumentationPage).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(static metadata => metadata.Key == "RepositoryUrl")?.Value;

    /// <summary>Names a heading of a page.</summary>
    /// <param name="page">The name of its file, without the extension.</param>
    /// <param name="heading">The heading.</param>
    /// <returns>The heading, the page and where the page is.</returns>
    public static string Name(string page, string heading) =>
        $"\"{heading}\" in docs/{page}.md of the CognitoOwin repository" + (Repository == null ? "" : $" ({Repository})");
}
