using System;
using System.Threading.Tasks;
using Microsoft.Owin;
using Microsoft.Owin.Extensions;

namespace Owin;

public static class AppBuilderUseExtensions
{
    public static IAppBuilder Use<T>(this IAppBuilder app, params object[] args) =>
        (app ?? throw new ArgumentNullException(nameof(app))).Use(typeof(T), args);

    public static void Run(this IAppBuilder app, Func<IOwinContext, Task> handler) =>
        app.Use<UseHandlerMiddleware>(handler ?? throw new ArgumentNullException(nameof(handler)));

    public static IAppBuilder Use(this IAppBuilder app, Func<IOwinContext, Func<Task>, Task> handler) =>
        app.Use<UseHandlerMiddleware>(handler ?? throw new ArgumentNullException(nameof(handler)));
}
