using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Mono.Cecil;
using Owin;

namespace CognitoOwin.Tests.Katana;

/// <summary>A stand-in may lack members that nothing here uses. It may not have a member that Katana lacks.</summary>
[TestClass]
public sealed class StandInSurfaceTests
{
    [TestMethod]
    [DynamicData(nameof(Assemblies))]
    public void Visible_member_of_a_stand_in_is_in_the_listing(string name)
    {
        var listing = KatanaListing.Load(name);
        using var assembly = KatanaListing.ReadAssembly(name);
        if (!KatanaListing.IsStandIn(assembly))
        {
            Assert.Inconclusive("The build used the real assembly, because the feed serves it.");
        }

        var inventions = assembly.MainModule.Types.Where(SurfaceFormat.IsVisible).SelectMany(listing.Inventions).ToList();

        Assert.IsEmpty(inventions, string.Join(Environment.NewLine, inventions));
    }

    [TestMethod]
    public void Check_sees_the_whole_assembly()
    {
        using var assembly = KatanaListing.ReadAssembly("Microsoft.Owin");
        var members = assembly.MainModule.Types.Where(SurfaceFormat.IsVisible).SelectMany(SurfaceFormat.Members).Count();
        Assert.IsGreaterThan(300, members);
    }

    [TestMethod]
    public void Check_finds_an_invented_type()
    {
        var inventions = KatanaListing.Load("Owin").Inventions(TypeOfThisAssembly(typeof(StandInSurfaceTests)));
        StringAssert.Contains(string.Join(string.Empty, inventions), "no such type");
    }

    [TestMethod]
    public void Check_finds_an_invented_member_a_wrong_kind_and_a_wrong_base()
    {
        var type = TypeOfThisAssembly(typeof(InventedBuilder));
        type.DeclaringType = null;
        (type.Namespace, type.Name) = ("Owin", "IAppBuilder");

        var inventions = string.Join(Environment.NewLine, KatanaListing.Load("Owin").Inventions(type));

        StringAssert.Contains(inventions, "declared as \"sealed class Owin.IAppBuilder : System.IDisposable\"");
        StringAssert.Contains(inventions, "public System.Void Dispose()");
        StringAssert.Contains(inventions, "public System.Int32 Properties { get; set; }");
        Assert.IsFalse(inventions.Contains("Owin.IAppBuilder New()"), "A member that Katana has is no invention.");
    }

    public static IEnumerable<object[]> Assemblies() => KatanaListing.Assemblies.Select(name => new object[] { name });

    private static TypeDefinition TypeOfThisAssembly(Type type) =>
        KatanaListing.ReadAssembly(type.Assembly.GetName().Name).MainModule.GetType(type.FullName!.Replace('+', '/'));

    private sealed class InventedBuilder : IDisposable
    {
        public int Properties { get; set; }

        public IAppBuilder? New() => Properties == 0 ? null : throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
