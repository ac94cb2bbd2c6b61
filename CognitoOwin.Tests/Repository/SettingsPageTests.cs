using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Repository;

/// <summary>The tables of settings in README.md and docs/configuration.md have every key that the reader knows, and no other.</summary>
[TestClass]
public sealed class SettingsPageTests
{
    [TestMethod]
    [DataRow("README.md")]
    [DataRow("docs/configuration.md")]
    public void Page_lists_every_key_of_the_reader(string page)
    {
        var keys = Regex.Matches(File.ReadAllText(RepositoryFiles.PathOf("CognitoOwin/Configuration/SettingsReader.cs")), @"[Pp]refix \+ ""(?<key>\w+)""")
            .Cast<Match>().Select(match => match.Groups["key"].Value).Distinct().ToArray();
        var rows = File.ReadAllText(RepositoryFiles.PathOf(page)).Split('\n').Where(line => line.StartsWith("| `cognito:", System.StringComparison.Ordinal));
        var listed = rows.SelectMany(row => Regex.Matches(row.Split('|')[1], @"`cognito:(?<key>\w+)").Cast<Match>())
            .Select(match => match.Groups["key"].Value).Distinct().ToArray();

        Assert.IsTrue(keys.Length > 40, "The reader's keys were not found.");

        // The page explains this one beside an example.
        var expected = page == "README.md" ? keys : keys.Where(key => key != "Pools");
        CollectionAssert.AreEquivalent(expected.ToArray(), listed);
    }
}
