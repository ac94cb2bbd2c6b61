using System;
using Microsoft.Owin.Extensions;
using Microsoft.Owin.Security.OAuth;

namespace Owin;

public static class OAuthBearerAuthenticationExtensions
{
    public static IAppBuilder UseOAuthBearerAuthentication(this IAppBuilder app, OAuthBearerAuthenticationOptions options)
    {
        if (app is null)
        {
            throw new ArgumentNullException(nameof(app));
        }

        app.Use(typeof(OAuthBearerAuthenticationMiddleware), app, options);
        return app.UseStageMarker(PipelineStage.Authenticate);
    }
}
