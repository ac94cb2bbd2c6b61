using System;
using Microsoft.Owin.Security.Jwt;
using Microsoft.Owin.Security.OAuth;

namespace Owin;

public static class JwtBearerAuthenticationExtensions
{
    public static IAppBuilder UseJwtBearerAuthentication(this IAppBuilder app, JwtBearerAuthenticationOptions options)
    {
        if (app is null)
        {
            throw new ArgumentNullException(nameof(app));
        }

        if (options is null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        // Parameters given by hand are the whole rule; audiences and key providers then count for nothing.
        var format = options.TokenValidationParameters is { } parameters
            ? new JwtFormat(parameters)
            : new JwtFormat(options.AllowedAudiences, options.IssuerSecurityKeyProviders);
        if (options.TokenHandler is { } handler)
        {
            format.TokenHandler = handler;
        }

        return app.UseOAuthBearerAuthentication(new OAuthBearerAuthenticationOptions
        {
            AuthenticationMode = options.AuthenticationMode,
            AuthenticationType = options.AuthenticationType,
            Description = options.Description,
            Realm = options.Realm,
            Provider = options.Provider,
            AccessTokenFormat = format,
        });
    }
}
