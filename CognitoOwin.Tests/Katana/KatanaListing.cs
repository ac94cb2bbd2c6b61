using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;

namespace CognitoOwin.Tests.Katana;

/// <summary>The public surface of a real Katana assembly, as <c>katana/api/{assembly}.txt</c> lists it.</summary>
internal sealed class KatanaListing
{
    public static readonly string[] Assemblies =
    [
        "Owin",
        "Microsoft.Owin",
        "Microsoft.Owin.Security",
        "Microsoft.Owin.Security.OAuth",
        "Microsoft.Owin.Security.Jwt",
        "Microsoft.Owin.Host.SystemWeb",
    ];

    // Not the application's base directory: under Mono that is the test host's.
    private static readonly string OutputFolder = Path.GetDirectoryName(typeof(KatanaListing).Assembly.Location)!;

    private readonly Dictionary<string, Entry> _types;

    private KatanaListing(Dictionary<string, Entry> types) => _types = types;

    public static KatanaListing Load(string assembly)
    {
        var lines = File.ReadAllLines(Path.Combine(OutputFolder, "katana-api", assembly + ".txt"));
        var types = new Dictionary<string, Entry>(StringComparer.Ordinal);
        Entry? entry = null;
        foreach (var line in lines.Skip(1).Where(line => line.Length > 0))
        {
            if (line[0] == ' ')
            {
                entry!.Members.Add(line.Trim());
            }
            else
            {
                entry = new Entry(SurfaceFormat.Declaration.Parse(line));
                types.Add(entry.Declaration.Name, entry);
            }
        }

        return new KatanaListing(types);
    }

    public static AssemblyDefinition ReadAssembly(string name)
    {
        var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(OutputFolder);
        return AssemblyDefinition.ReadAssembly(
            Path.Combine(OutputFolder, name + ".dll"), new ReaderParameters { AssemblyResolver = resolver });
    }

    /// <summary>Returns whether the build used a stand-in of <c>katana/</c>; its description says so.</summary>
    public static bool IsStandIn(AssemblyDefinition assembly) =>
        assembly.CustomAttributes.Any(attribute =>
            attribute.AttributeType.Name == nameof(System.Reflection.AssemblyDescriptionAttribute)
            && ((string)attribute.ConstructorArguments[0].Value).StartsWith("Stand-in", StringComparison.Ordinal));

    public bool HasType(string name) => _types.ContainsKey(name);

    public bool HasMember(string type, string member) => _types.TryGetValue(type, out var entry) && entry.Members.Contains(member);

    /// <summary>What a type has and the listing has not; empty when all of it is Katana's.</summary>
    public IEnumerable<string> Inventions(TypeDefinition type)
    {
        var declaration = SurfaceFormat.Declare(type);
        if (!_types.TryGetValue(declaration.Name, out var entry))
        {
            return [$"{declaration}: no such type"];
        }

        var differences = SurfaceFormat.Members(type).Where(member => !entry.Members.Contains(member));
        if (!declaration.Equals(entry.Declaration))
        {
            differences = differences.Prepend($"declared as \"{declaration}\", where Katana has \"{entry.Declaration}\"");
        }

        return differences.Select(difference => declaration.Name + ": " + difference);
    }

    private sealed class Entry(SurfaceFormat.Declaration declaration)
    {
        public SurfaceFormat.Declaration Declaration { get; } = declaration;

        public HashSet<string> Members { get; } = new(StringComparer.Ordinal);
    }
}
