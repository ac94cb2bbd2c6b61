using System;
using Microsoft.Owin.Logging;
using Microsoft.Owin.Security.Infrastructure;
using Owin;

namespace Microsoft.Owin.Security.OAuth;

public class OAuthBearerAuthenticationMiddleware : AuthenticationMiddleware<OAuthBearerAuthenticationOptions>
{
    private readonly ILogger _logger;
    private readonly string _challenge;

    public OAuthBearerAuthenticationMiddleware(OwinMiddleware next, IAppBuilder app, OAuthBearerAuthenticationOptions options)
        : base(next, options)
    {
        _logger = app.CreateLogger<OAuthBearerAuthenticationMiddleware>();
        _challenge = !string.IsNullOrWhiteSpace(Options.Challenge) ? Options.Challenge
            : string.IsNullOrWhiteSpace(Options.Realm) ? "Bearer"
            : "Bearer realm=\"" + Options.Realm + "\"";
        Options.Provider ??= new OAuthBearerAuthenticationProvider();
        Options.AccessTokenProvider ??= new AuthenticationTokenProvider();

        // Katana falls back to tickets encrypted by the host's data protection, which the stand-ins leave out.
        if (Options.AccessTokenFormat is null)
        {
            throw new NotSupportedException("The stand-in needs an AccessTokenFormat. See katana/README.md.");
        }
    }

    protected override AuthenticationHandler<OAuthBearerAuthenticationOptions> CreateHandler() =>
        new OAuthBearerAuthenticationHandler(_logger, _challenge);
}
