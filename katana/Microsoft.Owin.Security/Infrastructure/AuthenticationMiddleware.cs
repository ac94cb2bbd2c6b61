using System;
using System.Threading.Tasks;

namespace Microsoft.Owin.Security.Infrastructure;

public abstract class AuthenticationMiddleware<TOptions> : OwinMiddleware
    where TOptions : AuthenticationOptions
{
    protected AuthenticationMiddleware(OwinMiddleware next, TOptions options)
        : base(next) => Options = options ?? throw new ArgumentNullException(nameof(options));

    public TOptions Options { get; set; }

    // Nothing is torn down after an exception. The host may still make it into a 401, which then gets the challenge.
    public override async Task Invoke(IOwinContext context)
    {
        var handler = CreateHandler();
        await handler.InitializeAsync(Options, context);
        if (!await handler.InvokeAsync())
        {
            await Next.Invoke(context);
        }

        await handler.TeardownAsync();
    }

    protected abstract AuthenticationHandler<TOptions> CreateHandler();
}
