using System;
using System.Reflection;

namespace CognitoOwin.Bench;

/// <summary>What runs this program.</summary>
internal static class Runtime
{
    public static string Name { get; } =
        Type.GetType("Mono.Runtime")?.GetMethod("GetDisplayName", BindingFlags.NonPublic | BindingFlags.Static)?.Invoke(null, null) is string version
            ? "Mono " + version.Split(' ')[0]
            : ".NET Framework " + Environment.Version;

    /// <summary>Which Katana it was built with: the real one has a strong name.</summary>
    public static string Katana { get; } =
        typeof(Microsoft.Owin.OwinContext).Assembly.GetName() is var name && name.GetPublicKeyToken().Length > 0
            ? "Katana " + name.Version
            : "this repository's stand-ins for Katana";
}
