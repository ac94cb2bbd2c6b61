using System;
using System.Configuration;
using System.Security.Claims;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Tests.Katana;
using Microsoft.Owin.Security;
using Owin;

namespace CognitoOwin.E2E;

/// <summary>
/// A startup class for the sample application (<c>owin:AppStartup</c>). <c>e2e/rules.test.mjs</c> uses it to test on System.Web what
/// CognitoOwin.Tests tests in OWIN. Some keys of <c>appSettings</c> begin with <c>tests:</c>.
/// </summary>
public sealed class RulesStartup
{
    public static void Configuration(IAppBuilder app)
    {
        var settings = ConfigurationManager.AppSettings;
        var other = settings["tests:OtherBearer"];
        var isPassive = settings["tests:Passive"] == "true";

        // As Microsoft.Owin.Cors does, set the header before the other middlewares run.
        app.Use((context, next) =>
        {
            context.Response.Headers.Set("Access-Control-Allow-Origin", "https://app.example.com");
            return next();
        });
        if (other == "before")
        {
            UseOther();
        }

        app.UseCognitoJwt(options => options.Provider = new CognitoJwtAuthenticationProvider { OnProvisionUser = ProvisionAsync });
        if (other == "behind")
        {
            UseOther();
        }

        app.Use(async (context, next) =>
        {
            if (isPassive && await context.Authentication.AuthenticateAsync(OtherBearer.Name) is { } ticket)
            {
                context.Authentication.User = new ClaimsPrincipal(ticket.Identity);
                context.Authentication.Challenge(OtherBearer.Name, "Bearer");
            }

            // An action is not called for a user whom [Authorize] refuses, but the header is on every answer.
            var identity = context.Authentication.User?.Identity as ClaimsIdentity;
            context.Response.Headers.Set("X-User", identity is { IsAuthenticated: true } ? identity.Name : "nobody");
            context.Response.Headers.Set("X-Profile", identity?.FindFirst("tests:profile")?.Value ?? "none");
            await next();
        });

        void UseOther() =>
            app.UseOtherBearer(isPassive ? AuthenticationMode.Passive : AuthenticationMode.Active, settings["tests:OtherTokens"].Split(' '));
    }

    private static async Task ProvisionAsync(CognitoProvisionUserContext context)
    {
        // Real handlers await a database.
        await Task.Yield();
        context.AddClaim(new Claim("tests:profile", context.HasProfile ? context.Email ?? "no address" : "no profile"));
        switch (context.Username)
        {
            case "failing":
                context.SetUser(context.Username);
                throw new InvalidOperationException("no database");
            case "hanging":
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                break;
            case "closed":
                context.Reject("This account is closed.");
                break;
        }
    }
}
