using System;
using System.Security.Claims;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using Owin;

namespace CognitoOwin.Tests.Provisioning;

/// <summary>An application that answers an anonymous request with 401 and a user with the <c>local_id</c> that the handler added.</summary>
internal static class ProvisionedApp
{
    public static OwinTestHost Start(
        CognitoTestPool pool,
        Func<CognitoProvisionUserContext, Task> handler,
        Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.Provider.OnProvisionUser = handler;
                configure?.Invoke(options);
            });
            app.Run(async context =>
            {
                var user = context.Authentication.User;
                context.Response.StatusCode = user?.Identity?.IsAuthenticated == true ? 200 : 401;
                await context.Response.WriteAsync(((ClaimsIdentity?)user?.Identity)?.FindFirst("local_id")?.Value ?? "");
            });
        });
}
