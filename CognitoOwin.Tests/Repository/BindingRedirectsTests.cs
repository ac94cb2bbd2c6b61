using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Repository;

/// <summary>The binding redirects that a host with packages.config needs, computed from the assemblies of the library's packages.</summary>
[TestClass]
public sealed class BindingRedirectsTests
{
    private static readonly XNamespace Binding = "urn:schemas-microsoft-com:asm.v1";

    [TestMethod]
    public void Page_lists_the_redirects_of_the_resolved_versions()
    {
        var page = File.ReadAllText(RepositoryFiles.PathOf("docs/binding-redirects.md"));
        var start = page.IndexOf("```xml\n", StringComparison.Ordinal) + "```xml\n".Length;

        var shown = page.Substring(start, page.IndexOf("```", start, StringComparison.Ordinal) - start);

        Assert.AreEqual(WriteRedirects(GetPackageAssemblies()), shown, "Put the expected text between the page's ```xml marks.");
    }

    [TestMethod]
    public void Sample_has_the_redirects_of_the_page_and_the_differences_that_it_lists()
    {
        var page = File.ReadAllText(RepositoryFiles.PathOf("docs/binding-redirects.md"));
        var expected = GetPackageAssemblies().ToDictionary(name => name.Name!, name => name.Version!.ToString(), StringComparer.Ordinal);
        foreach (Match difference in Regex.Matches(page, @"\n\| `([\w.]+)` \| ([\d.]+) \|"))
        {
            expected[difference.Groups[1].Value] = difference.Groups[2].Value;
        }

        var inSample = RepositoryFiles.LoadXml("samples/Notes/web.config").Descendants(Binding + "dependentAssembly").Select(
            entry => (string)entry.Element(Binding + "assemblyIdentity")!.Attribute("name")! + " "
                + (string)entry.Element(Binding + "bindingRedirect")!.Attribute("newVersion")!);

        // e2e/test.mjs compares them with those that the build of the sample computes.
        CollectionAssert.AreEquivalent(expected.Select(redirect => $"{redirect.Key} {redirect.Value}").ToArray(), inSample.ToArray());
    }

    /// <summary>
    /// The assemblies of the packages in the output folder of the library. The folder of the tests has newer versions, which the tests
    /// need. Katana's assemblies need no redirect, because all of them have the same version.
    /// </summary>
    private static IEnumerable<AssemblyName> GetPackageAssemblies()
    {
        var testFolder = Path.GetDirectoryName(typeof(BindingRedirectsTests).Assembly.Location)!;
        var configuration = Directory.GetParent(testFolder)!.Name;
        var libraryFolder = RepositoryFiles.PathOf($"CognitoOwin/bin/{configuration}/net472");
        return PackagesConfigTests.ReadLibraryPackages().Keys
            .Where(package => !package.StartsWith("Microsoft.Owin", StringComparison.Ordinal) && package != "Owin")
            .Select(package => Path.Combine(libraryFolder, package + ".dll"))
            .Append(Path.Combine(testFolder, "Newtonsoft.Json.dll"))
            .Where(File.Exists)
            // The real Microsoft.Owin.Security.OAuth depends on Newtonsoft.Json, but its stand-in does not.
            .GroupBy(Path.GetFileName, (_, files) => files.First(), StringComparer.OrdinalIgnoreCase)
            .Select(AssemblyName.GetAssemblyName)
            .OrderBy(name => name.Name, StringComparer.OrdinalIgnoreCase);
    }

    private static string WriteRedirects(IEnumerable<AssemblyName> names)
    {
        var text = new StringBuilder("<runtime>\n  <assemblyBinding xmlns=\"urn:schemas-microsoft-com:asm.v1\">\n");
        foreach (var name in names)
        {
            var token = string.Concat(name.GetPublicKeyToken().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
            text.Append("    <dependentAssembly>\n")
                .Append($"      <assemblyIdentity name=\"{name.Name}\" publicKeyToken=\"{token}\" culture=\"neutral\" />\n")
                .Append($"      <bindingRedirect oldVersion=\"0.0.0.0-{name.Version}\" newVersion=\"{name.Version}\" />\n")
                .Append("    </dependentAssembly>\n");
        }

        return text.Append("  </assemblyBinding>\n</runtime>\n").ToString();
    }
}
