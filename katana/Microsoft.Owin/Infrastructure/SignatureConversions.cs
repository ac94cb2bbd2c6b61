using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Microsoft.Owin.Builder;
using Owin;
using AppFunc = System.Func<System.Collections.Generic.IDictionary<string, object>, System.Threading.Tasks.Task>;

namespace Microsoft.Owin.Infrastructure;

public static class SignatureConversions
{
    public static void AddConversions(IAppBuilder app)
    {
        app.AddSignatureConversion<AppFunc, OwinMiddleware>(next => new AppFuncAsMiddleware(next));
        app.AddSignatureConversion<OwinMiddleware, AppFunc>(middleware => environment => middleware.Invoke(new OwinContext(environment)));
    }

    private sealed class AppFuncAsMiddleware : OwinMiddleware
    {
        private readonly AppFunc _app;

        public AppFuncAsMiddleware(AppFunc app)
            : base(null) => _app = app;

        public override Task Invoke(IOwinContext context) => _app(context.Environment);
    }
}
