using System.Configuration;
using System.Linq;
using System.Security.Claims;
using Microsoft.Owin.Extensions;
using Microsoft.Owin.Security.Jwt;
using Owin;

namespace CognitoOwin.Bench;

/// <summary>
/// Another startup class for the sample application (<c>owin:AppStartup</c>), for the HTTP figures. Every request with an Authorization
/// header gets a user with one claim, without validation. So the additional time is the time of the host.
/// </summary>
public static class OneClaimStartup
{
    public static void Configuration(IAppBuilder app)
    {
        app.Use((context, next) =>
        {
            if (context.Request.Headers.ContainsKey("Authorization"))
            {
                context.Request.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "alice")], "Bearer"));
            }

            return next();
        });
        app.UseStageMarker(PipelineStage.Authenticate);
    }
}

/// <summary>A startup class with Katana's own bearer middleware, for the pool of the sample's settings.</summary>
public static class KatanaStartup
{
    public static void Configuration(IAppBuilder app)
    {
        var settings = ConfigurationManager.AppSettings;
        var pool = new CognitoUserPool { Issuers = settings["cognito:Issuer"].Split(','), JwksUri = new(settings["cognito:JwksUri"]), ClientIds = [settings["cognito:ClientId"]] };
        app.UseJwtBearerAuthentication(new JwtBearerAuthenticationOptions
        {
            AllowedAudiences = pool.ClientIds.ToArray(),
            IssuerSecurityKeyProviders = CognitoIssuerSecurityKeyProvider.CreateAll(pool),
        });
    }
}
