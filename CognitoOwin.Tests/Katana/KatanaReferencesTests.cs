using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using CognitoOwin.Tests.Repository;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Mono.Cecil;

namespace CognitoOwin.Tests.Katana;

/// <summary>
/// The published assemblies refer to the real Katana by name, version and public key token, whichever Katana they were built with:
/// .NET Framework does not load them otherwise. The table of <c>katana/README.md</c> has the real identities.
/// </summary>
[TestClass]
public sealed class KatanaReferencesTests
{
    private static readonly Dictionary<string, string> Identities = ReadTable();

    [TestMethod]
    public void Table_lists_every_Katana_assembly() =>
        CollectionAssert.AreEquivalent(KatanaListing.Assemblies, Identities.Keys.ToArray());

    [TestMethod]
    [DataRow("CognitoOwin", "Owin Microsoft.Owin Microsoft.Owin.Security Microsoft.Owin.Security.Jwt")]
    [DataRow("CognitoOwin.WebApi", "Microsoft.Owin")]
    [DataRow("CognitoOwin.Testing", "Owin Microsoft.Owin")]
    public void Published_assembly_refers_to_the_real_Katana(string name, string expected)
    {
        using var assembly = KatanaListing.ReadAssembly(name);

        var references = assembly.MainModule.AssemblyReferences.Where(reference => KatanaListing.Assemblies.Contains(reference.Name)).ToList();

        CollectionAssert.AreEquivalent(
            expected.Split([' '], StringSplitOptions.RemoveEmptyEntries), references.Select(reference => reference.Name).ToArray());
        foreach (var reference in references)
        {
            Assert.AreEqual(Identities[reference.Name], Describe(reference), $"{name} refers to {reference.FullName}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Assemblies))]
    public void Katana_assembly_of_the_build_has_the_real_identity(string name)
    {
        using var assembly = KatanaListing.ReadAssembly(name);
        var identity = Identities[name];
        if (name == "Owin" && KatanaListing.IsStandIn(assembly))
        {
            // Nobody but its authors can give it the real one's key.
            identity = identity.Split(' ')[0] + " ";
        }

        Assert.AreEqual(identity, Describe(assembly.Name));
    }

    [TestMethod]
    [DataRow("CognitoOwin")]
    [DataRow("CognitoOwin.WebApi")]
    [DataRow("CognitoOwin.Testing")]
    public void Adding_the_token_of_Owin_changes_nothing_else(string name)
    {
        var configuration = Directory.GetParent(Path.GetDirectoryName(typeof(KatanaReferencesTests).Assembly.Location)!)!.Name;
        var compiled = RepositoryFiles.PathOf($"{name}/obj/{configuration}/net472/compiled/{name}.dll");
        // The copy beside this test may be instrumented, to measure the coverage.
        var published = RepositoryFiles.PathOf($"{name}/bin/{configuration}/net472/{name}.dll");
        if (!File.Exists(compiled))
        {
            Assert.Inconclusive("The build used the real Owin, so the compiler wrote its token.");
        }

        using var before = AssemblyDefinition.ReadAssembly(compiled);
        using var after = AssemblyDefinition.ReadAssembly(published);

        Assert.IsTrue(
            before.MainModule.AssemblyReferences.All(reference => reference.Name != "Owin" || reference.PublicKeyToken.Length == 0),
            "This is not what the compiler wrote.");
        Assert.IsGreaterThan(10, Write(before.MainModule).Count());
        CollectionAssert.AreEqual(Write(before.MainModule).ToList(), Write(after.MainModule).ToList());
        CollectionAssert.AreEqual(
            before.MainModule.AssemblyReferences.Where(reference => reference.Name != "Owin").Select(reference => reference.FullName).ToList(),
            after.MainModule.AssemblyReferences.Where(reference => reference.Name != "Owin").Select(reference => reference.FullName).ToList());
    }

    public static IEnumerable<object[]> Assemblies() => KatanaListing.Assemblies.Select(name => new object[] { name });

    /// <summary>Writes each type, field, attribute and method with its instructions, in the order of their names.</summary>
    private static IEnumerable<string> Write(ModuleDefinition module) =>
        module.GetTypes().SelectMany(type => type.Methods.Select(Write)
            .Concat(type.Fields.Select(field => $"{field.Attributes} {field.FullName} {field.Constant} {Convert.ToBase64String(field.InitialValue)}"))
            .Append($"{type.Attributes} {type.FullName} : {type.BaseType} {string.Join(", ", type.Interfaces.Select(i => i.InterfaceType))}")
            .Concat(type.CustomAttributes.Select(attribute => $"{type.FullName} [{attribute.Constructor} {Convert.ToBase64String(attribute.GetBlob())}]")))
            .OrderBy(text => text, StringComparer.Ordinal);

    private static string Write(MethodDefinition method) =>
        $"{method.Attributes} {method.FullName}\n" + (method.HasBody
            ? string.Join("\n", method.Body.Variables.Select(variable => variable.VariableType.FullName)
                .Concat(method.Body.Instructions.Select(instruction => instruction.ToString()))
                .Concat(method.Body.ExceptionHandlers.Select(handler =>
                    $"{handler.HandlerType} {handler.CatchType} {handler.TryStart} {handler.TryEnd} {handler.HandlerStart} {handler.HandlerEnd}")))
            : "");

    private static string Describe(AssemblyNameReference name) =>
        name.Version + " " + string.Concat(name.PublicKeyToken.Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));

    // "| `Owin` | 1.0.0.0 | `f0ebd12fd5e55cc5` |"
    private static Dictionary<string, string> ReadTable() =>
        Regex.Matches(File.ReadAllText(RepositoryFiles.PathOf("katana/README.md")), @"^\| `(\S+)` \| ([\d.]+) \| `([0-9a-f]{16})` \|", RegexOptions.Multiline)
            .Cast<Match>()
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value + " " + row.Groups[3].Value, StringComparer.Ordinal);
}
