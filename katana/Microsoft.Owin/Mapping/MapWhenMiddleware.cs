using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using AppFunc = System.Func<System.Collections.Generic.IDictionary<string, object>, System.Threading.Tasks.Task>;

namespace Microsoft.Owin.Mapping;

public class MapWhenOptions
{
    public Func<IOwinContext, bool> Predicate { get; set; }

    public Func<IOwinContext, Task<bool>> PredicateAsync { get; set; }

    public AppFunc Branch { get; set; }
}

public class MapWhenMiddleware
{
    private readonly AppFunc _next;
    private readonly MapWhenOptions _options;

    public MapWhenMiddleware(AppFunc next, MapWhenOptions options)
    {
        _next = next ?? throw new ArgumentNullException(nameof(next));
        _options = options ?? throw new ArgumentNullException(nameof(options));
    }

    public async Task Invoke(IDictionary<string, object> environment)
    {
        var context = new OwinContext(environment);
        var matches = _options.Predicate?.Invoke(context) ?? await _options.PredicateAsync(context);
        await (matches ? _options.Branch : _next)(environment);
    }
}
