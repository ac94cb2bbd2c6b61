using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Mono.Cecil;

namespace CognitoOwin.Tests.Repository;

/// <summary>
/// Checks that the types of CognitoOwin.dll use each other in the one direction that docs/architecture.md shows.
/// </summary>
internal sealed class Layers
{
    private const string Root = "";
    private const string ProjectFolder = "CognitoOwin";

    // From the lowest layer to the highest. The folders of one layer must not use each other, except in the highest layer.
    private static readonly string[][] FromTheBottom =
    [
        ["Json", "Http", "Diagnostics"],
        ["Keys"],
        ["Claims"],
        ["Validation"],
        ["Provisioning"],
        [Root, "Provider", "Configuration"],
    ];

    // Every layer may use these and the enumerations, which therefore use nothing else.
    private static readonly string[] Shared = ["CognitoOwin.CognitoUserPool", "CognitoOwin.CognitoKeysOptions"];

    // This constructor is public, so that an application can create a validator from its options.
    private static readonly string[] AllowedMembers =
        ["System.Void CognitoOwin.CognitoTokenValidator::.ctor(CognitoOwin.CognitoJwtAuthenticationOptions)"];

    private readonly Dictionary<TypeDefinition, string> _files;

    public Layers(ModuleDefinition module) => _files = module.Types.Where(IsOurs).ToDictionary(type => type, FindFile);

    /// <summary>Gets every folder of the library. The root is an empty string.</summary>
    public static IEnumerable<string> Folders => FromTheBottom.SelectMany(folders => folders);

    /// <summary>Gets the types of the library, each with its file below CognitoOwin/.</summary>
    public IReadOnlyDictionary<TypeDefinition, string> Files => _files;

    public static ModuleDefinition ReadModule()
    {
        // Read the assembly in the library's output folder, because coverage changes the one in the tests' output folder.
        var configuration = Directory.GetParent(Path.GetDirectoryName(typeof(Layers).Assembly.Location)!)!.Name;
        var folder = RepositoryFiles.PathOf($"{ProjectFolder}/bin/{configuration}/net472");
        var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(folder);
        return ModuleDefinition.ReadModule(
            Path.Combine(folder, "CognitoOwin.dll"),
            new ReaderParameters { AssemblyResolver = resolver, ReadSymbols = true, InMemory = true });
    }

    public static string GetFolder(string file) => Path.GetDirectoryName(file)!.Replace('\\', '/');

    public static IEnumerable<string> ListSourceFiles()
    {
        var root = RepositoryFiles.PathOf(ProjectFolder) + Path.DirectorySeparatorChar;
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => path.Substring(root.Length).Replace('\\', '/'))
            .Where(path => !path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal));
    }

    /// <summary>Lists the forbidden dependencies, one sentence each.</summary>
    public IReadOnlyList<string> FindForbidden() =>
        [.. _files.Keys.SelectMany(FindForbidden).Concat(FindForbiddenUsings()).Distinct().OrderBy(text => text, StringComparer.Ordinal)];

    private IEnumerable<string> FindForbidden(TypeDefinition type) =>
        from use in TypeUses.Of(type)
        where !AllowedMembers.Contains(use.Member) && _files.ContainsKey(use.Used)
        let reason = GetReason(type, use.Used)
        where reason != null
        select $"{type.FullName} must not use {use.Used.FullName}, because {reason}. Used in {use.Member}.";

    private string? GetReason(TypeDefinition user, TypeDefinition used)
    {
        if (user == used || IsShared(used))
        {
            return null;
        }

        return IsShared(user)
            ? $"every layer may use {user.Name}, so that it may use only other shared types"
            : GetReason(GetFolder(_files[user]), GetFolder(_files[used]));
    }

    private static string? GetReason(string user, string used)
    {
        var (userLayer, usedLayer) = (GetLayer(user), GetLayer(used));
        if (usedLayer < userLayer || user == used || (userLayer == usedLayer && userLayer == FromTheBottom.Length - 1))
        {
            return null;
        }

        return userLayer == usedLayer
            ? $"{Describe(user)} and {Describe(used)} are independent of each other"
            : $"{Describe(user)} is a layer below {Describe(used)}";
    }

    // The compiler copies the value of a constant into the type that uses it, so only the using directive shows the dependency.
    private static IEnumerable<string> FindForbiddenUsings() =>
        from file in ListSourceFiles()
        from Match match in Regex.Matches(File.ReadAllText(RepositoryFiles.PathOf($"{ProjectFolder}/{file}")), @"^using CognitoOwin\.(\w+);", RegexOptions.Multiline)
        let reason = GetReason(GetFolder(file), match.Groups[1].Value)
        where reason != null
        select $"{file} must not use the namespace CognitoOwin.{match.Groups[1].Value}, because {reason}.";

    private static int GetLayer(string folder)
    {
        var layer = Array.FindIndex(FromTheBottom, folders => folders.Contains(folder));
        return layer >= 0 ? layer : throw new InvalidOperationException($"The folder {Describe(folder)} belongs to no layer.");
    }

    private static string Describe(string folder) => folder == Root ? "the root" : folder + "/";

    private static bool IsShared(TypeDefinition type) => type.IsEnum || Shared.Contains(type.FullName);

    // The compiler generates types in other namespaces.
    private static bool IsOurs(TypeDefinition type) =>
        Regex.IsMatch(type.Namespace, @"^(CognitoOwin(\..+)?|Owin|Microsoft\.Owin)$") && type.Name[0] != '<';

    private static string FindFile(TypeDefinition type)
    {
        var point = TypeUses.ListMethods(type).SelectMany(method => method.DebugInformation.SequencePoints).FirstOrDefault();
        if (point != null)
        {
            // In a deterministic build, the path is /_/CognitoOwin/Keys/KeySet.cs.
            var parts = point.Document.Url.Replace('\\', '/').Split('/');
            var start = Array.LastIndexOf(parts, ProjectFolder) + 1;
            return string.Join("/", parts.Skip(start));
        }

        // Enumerations, interfaces and classes with only constants have no code, and so no file in the PDB.
        var name = GetFileName(type);
        return ListSourceFiles().SingleOrDefault(path => Path.GetFileName(path) == name)
            ?? throw new InvalidOperationException($"There is no file {name} for the type {type.FullName}.");
    }

    public static string GetFileName(TypeDefinition type) => type.Name.Split('`')[0] + ".cs";
}
