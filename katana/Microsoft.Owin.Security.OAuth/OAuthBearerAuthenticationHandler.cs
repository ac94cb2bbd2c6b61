using System;
using System.Threading.Tasks;
using Microsoft.Owin.Logging;
using Microsoft.Owin.Security.Infrastructure;

namespace Microsoft.Owin.Security.OAuth;

internal sealed class OAuthBearerAuthenticationHandler : AuthenticationHandler<OAuthBearerAuthenticationOptions>
{
    private const string Scheme = "Bearer ";

    private readonly ILogger _logger;
    private readonly string _challenge;

    public OAuthBearerAuthenticationHandler(ILogger logger, string challenge)
    {
        _logger = logger;
        _challenge = challenge;
    }

    protected override async Task<AuthenticationTicket> AuthenticateCoreAsync()
    {
        try
        {
            return await FindTokenAsync() is { Length: > 0 } token && await ReadTicketAsync(token) is { } ticket
                ? await ValidateAsync(ticket)
                : null;
        }
#pragma warning disable CA1031 // Katana does this: after any exception the request is anonymous.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.WriteError("Authentication failed", exception);
            return null;
        }
    }

    protected override Task ApplyResponseChallengeAsync()
    {
        if (Response.StatusCode == 401
            && Helper.LookupChallenge(Options.AuthenticationType, Options.AuthenticationMode) is not null)
        {
            // Katana does not await this.
            Options.Provider.ApplyChallenge(new OAuthChallengeContext(Context, _challenge));
        }

        return Task.CompletedTask;
    }

    private async Task<string> FindTokenAsync()
    {
        var authorization = Request.Headers.Get("Authorization") ?? string.Empty;
        var token = authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization.Substring(Scheme.Length).Trim()
            : null;
        var context = new OAuthRequestTokenContext(Context, token);
        await Options.Provider.RequestToken(context);
        return context.Token;
    }

    private async Task<AuthenticationTicket> ReadTicketAsync(string token)
    {
        var context = new AuthenticationTokenReceiveContext(Context, Options.AccessTokenFormat, token);
        await Options.AccessTokenProvider.ReceiveAsync(context);
        if (context.Ticket is null)
        {
            context.DeserializeTicket(context.Token);
        }

        if (context.Ticket is null)
        {
            _logger.WriteWarning("invalid bearer token received");
            return null;
        }

        if (context.Ticket.Properties.ExpiresUtc < Options.SystemClock.UtcNow)
        {
            _logger.WriteWarning("expired bearer token received");
            return null;
        }

        return context.Ticket;
    }

    private async Task<AuthenticationTicket> ValidateAsync(AuthenticationTicket ticket)
    {
        var context = new OAuthValidateIdentityContext(Context, Options, ticket);
        if (ticket.Identity is { IsAuthenticated: true })
        {
            context.Validated();
        }

        await Options.Provider.ValidateIdentity(context);
        return context.IsValidated ? context.Ticket : null;
    }
}
