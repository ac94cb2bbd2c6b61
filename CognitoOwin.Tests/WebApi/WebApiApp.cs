using System;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using Microsoft.Owin.Logging;
using Microsoft.Owin.Security;
using Owin;

namespace CognitoOwin.Tests.WebApi;

/// <summary>
/// Web API behind the middleware, hosted by Microsoft's own OWIN adapter: with its defaults, or with
/// <c>SuppressDefaultHostAuthentication</c> and <c>HostAuthenticationFilter</c>.
/// </summary>
internal static class WebApiApp
{
    public static OwinTestHost Start(
        CognitoTestPool staff,
        CognitoTestPool customers,
        Type controller,
        AuthenticationMode mode = AuthenticationMode.Active,
        bool isHostSuppressed = false,
        Action<HttpConfiguration>? configure = null,
        Action<CognitoJwtAuthenticationOptions>? options = null,
        ILoggerFactory? log = null) =>
        OwinTestHost.Start(app =>
        {
            if (log != null)
            {
                app.SetLoggerFactory(log);
            }

            var configuration = WebApiOnOwin.Configure(controller);
            if (isHostSuppressed)
            {
                configuration.SuppressDefaultHostAuthentication();
                configuration.Filters.Add(WebApiOnOwin.HostAuthenticationFilter("Bearer"));
            }

            configure?.Invoke(configuration);
            staff.UserPool.Name = "staff";
            customers.UserPool.Name = "customers";
            app.UseCognitoJwt(cognito =>
            {
                cognito.AuthenticationMode = mode;
                cognito.UserPools = [staff.UserPool, customers.UserPool];
                cognito.Keys.HttpMessageHandler = new TwoPoolJwksHandler(staff, customers);
                cognito.Provider.OnProvisionUser = context =>
                {
                    context.SetUser(new LocalUser(context.Username + " at home"));
                    context.AddClaim("tenant", context.Attributes["custom:tenant"] ?? "none");
                    return Task.FromResult(0);
                };
                options?.Invoke(cognito);
            });
            app.UseWebApi(configuration);
        });

    public sealed record LocalUser(string Name);
}
