using System;
using System.Threading.Tasks;
using Microsoft.Owin;
using Microsoft.Owin.Builder;
using Microsoft.Owin.Mapping;
using AppFunc = System.Func<System.Collections.Generic.IDictionary<string, object>, System.Threading.Tasks.Task>;

namespace Owin;

public static class MapExtensions
{
    public static IAppBuilder Map(this IAppBuilder app, string pathMatch, Action<IAppBuilder> configuration) =>
        app.Map(new PathString(pathMatch), configuration);

    public static IAppBuilder Map(this IAppBuilder app, PathString pathMatch, Action<IAppBuilder> configuration)
    {
        if (configuration is null)
        {
            throw new ArgumentNullException(nameof(configuration));
        }

        if (pathMatch.HasValue && pathMatch.Value.EndsWith("/", StringComparison.Ordinal))
        {
            throw new ArgumentException("The path must not end with a '/'.", nameof(pathMatch));
        }

        // The middleware goes in before the branch is configured, so that a stage marker inside the branch comes after it.
        var options = new MapOptions { PathMatch = pathMatch };
        app.Use<MapMiddleware>(options);
        options.Branch = app.BuildBranch(configuration);
        return app;
    }

    internal static AppFunc BuildBranch(this IAppBuilder app, Action<IAppBuilder> configuration)
    {
        var branch = app.New();
        configuration(branch);
        return branch.Build();
    }
}

public static class MapWhenExtensions
{
    public static IAppBuilder MapWhen(this IAppBuilder app, Func<IOwinContext, bool> predicate, Action<IAppBuilder> configuration) =>
        app.MapWhen(new MapWhenOptions { Predicate = predicate ?? throw new ArgumentNullException(nameof(predicate)) }, configuration);

    public static IAppBuilder MapWhenAsync(
        this IAppBuilder app, Func<IOwinContext, Task<bool>> predicate, Action<IAppBuilder> configuration) =>
        app.MapWhen(new MapWhenOptions { PredicateAsync = predicate ?? throw new ArgumentNullException(nameof(predicate)) }, configuration);

    private static IAppBuilder MapWhen(this IAppBuilder app, MapWhenOptions options, Action<IAppBuilder> configuration)
    {
        if (configuration is null)
        {
            throw new ArgumentNullException(nameof(configuration));
        }

        app.Use<MapWhenMiddleware>(options);
        options.Branch = app.BuildBranch(configuration);
        return app;
    }
}
