using System.Configuration;
using System.Linq;
using System.Security.Claims;
using Microsoft.Owin.Extensions;
using Microsoft.Owin.Security.Jwt;
using Owin;

namespace CognitoOwin.Bench;

/// <summary>
/// The sample application with another start-up (<c>owin:AppStartup</c>), for the HTTP figures: every request that comes with a
/// header has the least user there can be, of one claim, and nothing is validated. What it costs is the host's.
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

/// <summary>The same with Katana's own bearer middleware, wired to the pool of the sample's settings.</summary>
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
