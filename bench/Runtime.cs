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
}
