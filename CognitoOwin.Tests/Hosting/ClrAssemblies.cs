#if NET
using System;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace CognitoOwin.Tests.Hosting;

/// <summary>
/// Binds the references of the library's .NET Framework assemblies on .NET. There is no binding redirect, so the references to newer files of
/// <c>System.*</c> than .NET has, and to the real Owin.dll where the stand-in is used, find nothing by themselves. .NET has no System.Web.
/// </summary>
internal static class ClrAssemblies
{
    [ModuleInitializer]
    public static void ResolveByName() => AssemblyLoadContext.Default.Resolving += (context, wanted) =>
    {
        var folder = Path.GetDirectoryName(typeof(ClrAssemblies).Assembly.Location)!;
        var file = Path.Combine(folder, wanted.Name + ".dll");
        if (!File.Exists(file))
        {
            file = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, wanted.Name + ".dll");
        }

        return File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
    };
}
#endif
