using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using AppFunc = System.Func<System.Collections.Generic.IDictionary<string, object>, System.Threading.Tasks.Task>;

namespace Microsoft.Owin.Extensions;

public class UseHandlerMiddleware
{
    private readonly AppFunc _next;
    private readonly Func<IOwinContext, Func<Task>, Task> _handler;

    public UseHandlerMiddleware(AppFunc next, Func<IOwinContext, Task> handler)
        : this(next, (context, _) => handler(context))
    {
        if (handler is null)
        {
            throw new ArgumentNullException(nameof(handler));
        }
    }

    public UseHandlerMiddleware(AppFunc next, Func<IOwinContext, Func<Task>, Task> handler)
    {
        _next = next;
        _handler = handler ?? throw new ArgumentNullException(nameof(handler));
    }

    public Task Invoke(IDictionary<string, object> environment) => _handler(new OwinContext(environment), () => _next(environment));
}
