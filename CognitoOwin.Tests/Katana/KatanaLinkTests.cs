using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Mono.Cecil;

namespace CognitoOwin.Tests.Katana;

/// <summary>Code that was compiled against the stand-ins must link against the real assemblies.</summary>
[TestClass]
public sealed class KatanaLinkTests
{
    private static readonly Dictionary<string, KatanaListing> Listings = KatanaListing.Assemblies.ToDictionary(name => name, KatanaListing.Load);

    [TestMethod]
    [DataRow("CognitoOwin")]
    [DataRow("CognitoOwin.WebApi")]
    [DataRow("CognitoOwin.Testing")]
    [DataRow("CognitoOwin.Tests")]
    public void Member_of_Katana_that_an_assembly_uses_is_in_the_listing(string name)
    {
        using var assembly = KatanaListing.ReadAssembly(name);

        var missing = UsesOfKatana(assembly.MainModule).Where(use => !IsListed(use)).Select(use => use.ToString()).ToList();

        Assert.IsEmpty(missing, string.Join(Environment.NewLine, missing));
    }

    // This assembly uses most of Katana. If the check saw nothing here, it would see nothing anywhere.
    [TestMethod]
    public void Check_sees_calls_properties_constructors_and_generic_types()
    {
        using var assembly = KatanaListing.ReadAssembly("CognitoOwin.Tests");

        var uses = UsesOfKatana(assembly.MainModule).Select(use => use.ToString()).ToList();

        CollectionAssert.IsSubsetOf(
            new[]
            {
                "Owin.IAppBuilder: public System.Collections.Generic.IDictionary<System.String, System.Object> Properties { get; }",
                "Microsoft.Owin.IOwinResponse: public System.Int32 StatusCode { get; set; }",
                "Microsoft.Owin.Builder.AppBuilder: public .ctor()",
                "Microsoft.Owin.Security.Infrastructure.AuthenticationMiddleware<TOptions>",
            },
            uses);
    }

    [TestMethod]
    public void Check_finds_a_member_that_Katana_lacks() =>
        Assert.IsFalse(IsListed(new Use("Microsoft.Owin", "Microsoft.Owin.IOwinContext", "public System.Void Invented()")));

    private static bool IsListed(Use use) =>
        use.Member is null
            ? Listings[use.Assembly].HasType(use.Type)
            : Listings[use.Assembly].HasMember(use.Type, use.Member);

    private static IEnumerable<Use> UsesOfKatana(ModuleDefinition module)
    {
        foreach (var type in module.GetTypeReferences().Where(IsKatana))
        {
            yield return new Use(type.Scope.Name, SurfaceFormat.Name(RequireFound(type, type.Resolve())), null);
        }

        foreach (var member in module.GetMemberReferences().Where(member => IsKatana(member.DeclaringType)))
        {
            // A reference has neither the names of the parameters nor the property. Its definition has both.
            var definition = RequireFound(member, member.Resolve());
            yield return new Use(
                member.DeclaringType.GetElementType().Scope.Name, SurfaceFormat.Name(definition.DeclaringType), Write(definition));
        }
    }

    private static bool IsKatana(TypeReference type) => KatanaListing.Assemblies.Contains(type.GetElementType().Scope.Name);

    private static T RequireFound<T>(MemberReference reference, T? definition)
        where T : class =>
        definition ?? throw new InvalidOperationException($"{reference} is not in the assembly that the reference names.");

    private static string Write(IMemberDefinition member) => member switch
    {
        MethodDefinition method when method.DeclaringType.Properties.FirstOrDefault(
            property => property.GetMethod == method || property.SetMethod == method) is { } property => SurfaceFormat.Write(property),
        MethodDefinition method => SurfaceFormat.Write(method),
        FieldDefinition { DeclaringType.IsEnum: true } field => $"{field.Name} = {field.Constant}",
        FieldDefinition field => SurfaceFormat.Write(field),
        _ => throw new NotSupportedException(member.FullName),
    };

    private sealed class Use(string assembly, string type, string? member)
    {
        public string Assembly { get; } = assembly;

        public string Type { get; } = type;

        public string? Member { get; } = member;

        public override string ToString() => Member is null ? Type : Type + ": " + Member;
    }
}
