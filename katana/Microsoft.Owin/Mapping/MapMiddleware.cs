using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using AppFunc = System.Func<System.Collections.Generic.IDictionary<string, object>, System.Threading.Tasks.Task>;

namespace Microsoft.Owin.Mapping;

public class MapOptions
{
    public PathString PathMatch { get; set; }

    public AppFunc Branch { get; set; }
}

public class MapMiddleware
{
    private readonly AppFunc _next;
    private readonly MapOptions _options;

    public MapMiddleware(AppFunc next, MapOptions options)
    {
        _next = next ?? throw new ArgumentNullException(nameof(next));
        _options = options ?? throw new ArgumentNullException(nameof(options));
    }

    public async Task Invoke(IDictionary<string, object> environment)
    {
        var request = new OwinContext(environment).Request;
        var (pathBase, path) = (request.PathBase, request.Path);
        if (!path.StartsWithSegments(_options.PathMatch, out var remaining))
        {
            await _next(environment);
            return;
        }

        // The base grows by what the client sent, letter case and all.
        request.PathBase = pathBase + new PathString(path.Value.Substring(0, path.Value.Length - (remaining.Value?.Length ?? 0)));
        request.Path = remaining;
        await _options.Branch(environment);
        request.PathBase = pathBase;
        request.Path = path;
    }
}
