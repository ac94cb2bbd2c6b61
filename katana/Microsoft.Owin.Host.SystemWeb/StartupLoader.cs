using System;
using System.Collections.Generic;
using System.Configuration;
using System.Linq;
using System.Reflection;
using System.Web.Compilation;
using Owin;

namespace Microsoft.Owin.Host.SystemWeb;

/// <summary>
/// Finds the application's <c>Configuration(IAppBuilder)</c>: the appSetting <c>owin:AppStartup</c> names it (a type, a type and a
/// method, or the friendly name of an attribute), else the one <see cref="OwinStartupAttribute"/> does, else the class
/// <c>Startup</c> by its name.
/// </summary>
internal static class StartupLoader
{
    private const string DefaultMethod = "Configuration";

    public static bool IsAutomatic =>
        !string.Equals(ConfigurationManager.AppSettings["owin:AutomaticAppStartup"], "false", StringComparison.OrdinalIgnoreCase);

    public static Action<IAppBuilder> Load()
    {
        var name = ConfigurationManager.AppSettings["owin:AppStartup"];
        var startup = string.IsNullOrWhiteSpace(name)
            ? FromAttribute(string.Empty) ?? FromConvention()
            : FromAttribute(name) ?? FromTypeName(name);
        return startup ?? throw new EntryPointNotFoundException(string.IsNullOrWhiteSpace(name)
            ? "No assembly has an OwinStartupAttribute or a class Startup. To do without OWIN, set the appSetting "
                + "owin:AutomaticAppStartup to \"false\"."
            : $"The appSetting owin:AppStartup is \"{name}\", which is neither the friendly name of an OwinStartupAttribute nor a type.");
    }

    public static IReadOnlyList<Assembly> Assemblies() =>
        BuildManager.GetReferencedAssemblies().Cast<Assembly>().Concat(AppDomain.CurrentDomain.GetAssemblies()).Distinct().ToList();

    private static Action<IAppBuilder> FromAttribute(string friendlyName)
    {
        var found = Assemblies()
            .SelectMany(assembly => assembly.GetCustomAttributes<OwinStartupAttribute>())
            .Where(attribute => string.Equals(attribute.FriendlyName, friendlyName, StringComparison.OrdinalIgnoreCase))
            .GroupBy(attribute => (attribute.StartupType, attribute.MethodName))
            .Select(group => group.First())
            .ToList();
        return found.Count switch
        {
            0 => null,
            1 => ToStartup(found[0].StartupType, found[0].MethodName),
            _ => throw new EntryPointNotFoundException(
                "Several OwinStartupAttributes contend, for: " + string.Join(", ", found.Select(attribute => attribute.StartupType))),
        };
    }

    private static Action<IAppBuilder> FromTypeName(string name)
    {
        if (FindType(name) is { } type)
        {
            return ToStartup(type, null);
        }

        // Namespace.Type.Method, with the assembly after a comma or without.
        var parts = name.Split(new[] { ',' }, 2);
        var dot = parts[0].LastIndexOf('.');
        if (dot < 0)
        {
            return null;
        }

        var typeName = parts[0].Substring(0, dot) + (parts.Length == 2 ? "," + parts[1] : string.Empty);
        return FindType(typeName) is { } owner ? ToStartup(owner, parts[0].Substring(dot + 1).Trim()) : null;
    }

    private static Action<IAppBuilder> FromConvention() =>
        Assemblies()
            .Select(assembly => assembly.GetType("Startup") ?? assembly.GetType(assembly.GetName().Name + ".Startup"))
            .FirstOrDefault(type => type is not null) is { } type
            ? ToStartup(type, null)
            : null;

    private static Type FindType(string name) =>
        Type.GetType(name) ?? Assemblies().Select(assembly => assembly.GetType(name)).FirstOrDefault(type => type is not null);

    private static Action<IAppBuilder> ToStartup(Type type, string methodName)
    {
        methodName = string.IsNullOrEmpty(methodName) ? DefaultMethod : methodName;
        var method = type.GetMethod(methodName, new[] { typeof(IAppBuilder) })
            ?? throw new EntryPointNotFoundException($"{type} has no public method {methodName}(IAppBuilder).");
        return (Action<IAppBuilder>)Delegate.CreateDelegate(
            typeof(Action<IAppBuilder>), method.IsStatic ? null : Activator.CreateInstance(type), method);
    }
}
