using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Web.Http;
using System.Web.Http.Dispatcher;
using System.Web.Http.Filters;
using Owin;

namespace CognitoOwin.Tests.Hosting;

/// <summary>
/// Web API 2 at the end of an OWIN pipeline, by Microsoft's own System.Web.Http.Owin.dll. It is called by reflection: the compiler
/// takes its strong-named references to Katana for other assemblies than the stand-ins, the runtime does not.
/// </summary>
internal static class WebApiOnOwin
{
    private static readonly Assembly Library = Load();

    /// <summary>A configuration with attribute routes that knows these controllers and no other.</summary>
    public static HttpConfiguration Configure(params Type[] controllers)
    {
        var configuration = new HttpConfiguration { IncludeErrorDetailPolicy = IncludeErrorDetailPolicy.Always };
        configuration.Services.Replace(typeof(IHttpControllerTypeResolver), new KnownControllers(controllers));
        configuration.MapHttpAttributeRoutes();
        return configuration;
    }

    public static IAppBuilder UseWebApi(this IAppBuilder app, HttpConfiguration configuration) =>
        (IAppBuilder)Call("Owin.WebApiAppBuilderExtensions", "UseWebApi", app, configuration)!;

    /// <summary>Web API then takes nobody from the host but whom a <see cref="HostAuthenticationFilter"/> asks for.</summary>
    public static void SuppressDefaultHostAuthentication(this HttpConfiguration configuration) =>
        Call("System.Web.Http.OwinHttpConfigurationExtensions", "SuppressDefaultHostAuthentication", configuration);

    public static IFilter HostAuthenticationFilter(string authenticationType) =>
        (IFilter)Activator.CreateInstance(Library.GetType("System.Web.Http.HostAuthenticationFilter", true)!, authenticationType)!;

    private static object? Call(string type, string method, params object[] arguments) =>
        Library.GetType(type, throwOnError: true)!
            .GetMethod(method, arguments.Select(argument => argument is IAppBuilder ? typeof(IAppBuilder) : argument.GetType()).ToArray())!
            .Invoke(null, arguments);

    private static Assembly Load()
    {
        // It asks for Microsoft.Owin 2.0.2; no binding redirect is generated for what is no reference.
        AppDomain.CurrentDomain.AssemblyResolve += (_, wanted) => AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(
            loaded => loaded.GetName().Name == "Microsoft.Owin" && new AssemblyName(wanted.Name).Name == "Microsoft.Owin");
        var folder = Path.GetDirectoryName(typeof(WebApiOnOwin).Assembly.Location)!;
        return Assembly.LoadFrom(Path.Combine(folder, "System.Web.Http.Owin.dll"));
    }

    private sealed class KnownControllers(ICollection<Type> controllers) : IHttpControllerTypeResolver
    {
        public ICollection<Type> GetControllerTypes(IAssembliesResolver assembliesResolver) => controllers;
    }
}
