using System;
using System.Reflection;

namespace CognitoOwin.Bench;

/// <summary>Describes the runtime and the Katana assemblies of this program.</summary>
internal static class Runtime
{
    public static string Name { get; } =
        Type.GetType("Mono.Runtime")?.GetMethod("GetDisplayName", BindingFlags.NonPublic | BindingFlags.Static)?.Invoke(null, null) is string version
            ? "Mono " + version.Split(' ')[0]
            : System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription;

    /// <summary>The beginning of the names of figures and tables that are not Mono's.</summary>
    public static string Prefix { get; } = Type.GetType("Mono.Runtime") == null ? "clr_" : "";

    /// <summary>The program that starts another process of this runtime.</summary>
    public static string Launcher { get; } = Type.GetType("Mono.Runtime") == null ? "dotnet" : "mono";

    /// <summary>The Katana assemblies of the build. The real ones have a strong name.</summary>
    public static string Katana { get; } =
        typeof(Microsoft.Owin.OwinContext).Assembly.GetName() is var name && name.GetPublicKeyToken().Length > 0
            ? "Katana " + name.Version
            : "this repository's stand-ins for Katana";
}
