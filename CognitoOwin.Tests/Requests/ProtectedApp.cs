using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using Microsoft.Owin;
using Owin;

namespace CognitoOwin.Tests.Requests;

/// <summary>
/// An application behind the middleware. <c>/open</c> accepts everyone; every other path answers an anonymous request with 401. A
/// response of 200 has the name of the user.
/// </summary>
internal static class ProtectedApp
{
    public static OwinTestHost Start(CognitoTestPool pool, Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                configure?.Invoke(options);
            });
            app.Run(AnswerAsync);
        });

    public static Task AnswerAsync(IOwinContext context)
    {
        var user = context.Authentication.User;
        if (context.Request.Path.Value != "/open" && user?.Identity?.IsAuthenticated != true)
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsync("Authorization has been denied for this request.");
        }

        return context.Response.WriteAsync(user?.Identity?.Name ?? "nobody");
    }
}
