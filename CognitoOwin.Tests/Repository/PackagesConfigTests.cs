using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Newtonsoft.Json.Linq;

namespace CognitoOwin.Tests.Repository;

[TestClass]
public sealed class PackagesConfigTests
{
    private static readonly Dictionary<string, Version> Listed = ReadVersions("packages.config", "package", "id", "version");

    private static readonly Dictionary<string, Version> Central =
        ReadVersions("Directory.Packages.props", "PackageVersion", "Include", "Version");

    [TestMethod]
    public void Packages_config_lists_every_package_at_its_resolved_version()
    {
        var wrong = ReadLibraryPackages()
            .Where(package => !Listed.TryGetValue(package.Key, out var version) || version != package.Value)
            .Select(package => $"{package.Key} {package.Value}");

        Assert.AreEqual("", string.Join(", ", wrong), "packages.config lacks these packages or has another version of them.");
    }

    [TestMethod]
    public void Packages_config_has_the_versions_of_Directory_Packages_props()
    {
        var wrong = Listed.Where(package => Central.TryGetValue(package.Key, out var version) && version != package.Value)
            .Select(package => $"{package.Key} {package.Value} instead of {Central[package.Key]}");

        Assert.AreEqual("", string.Join(", ", wrong));
    }

    [TestMethod]
    public void Packages_config_lists_no_package_that_is_not_needed()
    {
        // The real Katana packages need these. The stand-ins, with which the library may have been built, do not.
        string[] katana = ["Microsoft.Owin.Host.SystemWeb", "Newtonsoft.Json"];

        var superfluous = Listed.Keys.Except(ReadLibraryPackages().Keys).Except(katana);

        Assert.AreEqual("", string.Join(", ", superfluous));
    }

    [TestMethod]
    public void Packages_config_targets_the_framework_of_the_library()
    {
        var frameworks = RepositoryFiles.LoadXml("packages.config").Descendants("package")
            .Select(package => (string?)package.Attribute("targetFramework"))
            .Distinct();

        CollectionAssert.AreEqual(new[] { "net472" }, frameworks.ToArray());
    }

    /// <summary>The packages that CognitoOwin depends on, directly or not, as resolved by its last restore.</summary>
    internal static Dictionary<string, Version> ReadLibraryPackages()
    {
        var assets = JObject.Parse(File.ReadAllText(RepositoryFiles.PathOf("CognitoOwin/obj/project.assets.json")));
        var nodes = assets["targets"]!.Children<JProperty>().Single().Value.Children<JProperty>()
            .ToDictionary(node => node.Name.Split('/')[0], StringComparer.OrdinalIgnoreCase);
        var framework = assets["project"]!["frameworks"]!.Children<JProperty>().Single().Value;

        // NuGet writes PrivateAssets="all" as suppressParent. Such packages are only needed to build the library.
        var toVisit = new Stack<string>(framework["dependencies"]!.Children<JProperty>()
            .Where(dependency => (string?)dependency.Value["suppressParent"] != "All")
            .Select(dependency => dependency.Name)
            .Concat(nodes.Values.Where(IsStandIn).Select(node => node.Name.Split('/')[0])));

        var resolved = new Dictionary<string, Version>(StringComparer.OrdinalIgnoreCase);
        while (toVisit.Count > 0)
        {
            var node = nodes[toVisit.Pop()];
            var parts = node.Name.Split('/');
            if (resolved.ContainsKey(parts[0]))
            {
                continue;
            }

            resolved.Add(parts[0], IsStandIn(node) ? Central[parts[0]] : Normalize(parts[1]));
            foreach (var dependency in node.Value["dependencies"]?.Children<JProperty>() ?? [])
            {
                toVisit.Push(dependency.Name);
            }
        }

        return resolved;
    }

    /// <summary>True if a project stands in for a package. The library has no other project references.</summary>
    private static bool IsStandIn(JProperty node) => (string?)node.Value["type"] == "project";

    private static Dictionary<string, Version> ReadVersions(string file, string element, string id, string version) =>
        RepositoryFiles.LoadXml(file).Descendants(element).ToDictionary(
            package => (string)package.Attribute(id)!,
            package => Normalize((string)package.Attribute(version)!),
            StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes 1.0 and 1.0.0 equal, as they are to NuGet but not to <see cref="Version"/>. No listed package is a pre-release.</summary>
    private static Version Normalize(string text)
    {
        var version = Version.Parse(text.Split('-')[0]);
        return new Version(version.Major, version.Minor, Math.Max(version.Build, 0), Math.Max(version.Revision, 0));
    }
}
