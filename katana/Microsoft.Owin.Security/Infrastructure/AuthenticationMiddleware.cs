using System;
using System.Threading.Tasks;

namespace Microsoft.Owin.Security.Infrastructure;

public abstract class AuthenticationMiddleware<TOptions> : OwinMiddleware
    where TOptions : AuthenticationOptions
{
    protected AuthenticationMiddleware(OwinMiddleware next, TOptions options)
        : base(next) => Options = options ?? throw new ArgumentNullException(nameof(options));

    public TOptions Options { get; set; }

    public override async Task Invoke(IOwinContext context)
    {
        var handler = CreateHandler();
        await handler.InitializeAsync(Options, context);
        try
        {
            if (!await handler.InvokeAsync())
            {
                await Next.Invoke(context);
            }
        }
        catch
        {
            handler.MarkFaulted();
            await TearDownQuietlyAsync(handler);
            throw;
        }

        await handler.TeardownAsync();
    }

    protected abstract AuthenticationHandler<TOptions> CreateHandler();

    // The request has failed already; a second exception must not hide the first.
    private static async Task TearDownQuietlyAsync(AuthenticationHandler<TOptions> handler)
    {
        try
        {
            await handler.TeardownAsync();
        }
#pragma warning disable CA1031 // Whatever it is, the first exception says more.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
