using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Claims;
using System.Threading.Tasks;
using Microsoft.Owin;
using Microsoft.Owin.Security;
using Microsoft.Owin.Security.Infrastructure;

namespace CognitoOwin.Bench;

/// <summary>
/// Gives every request a user with the same claims, without a token. A middleware of Katana that creates claims for each request cannot
/// allocate less.
/// </summary>
internal sealed class ClaimsOnlyMiddleware(OwinMiddleware next, ClaimsOnlyMiddleware.ClaimsOnlyOptions options)
    : AuthenticationMiddleware<ClaimsOnlyMiddleware.ClaimsOnlyOptions>(next, options)
{
    protected override AuthenticationHandler<ClaimsOnlyOptions> CreateHandler() => new Handler();

    /// <summary>Has the claims.</summary>
    internal sealed class ClaimsOnlyOptions(IEnumerable<Claim> claims) : AuthenticationOptions("Bearer")
    {
        public (string Type, string Value)[] Claims { get; } = [.. claims.Select(claim => (claim.Type, claim.Value))];

        public DateTimeOffset ExpiresAt { get; } = DateTimeOffset.UtcNow.AddHours(1);
    }

    private sealed class Handler : AuthenticationHandler<ClaimsOnlyOptions>
    {
        protected override Task<AuthenticationTicket?> AuthenticateCoreAsync()
        {
            var identity = new ClaimsIdentity(Options.AuthenticationType);
            foreach (var (type, value) in Options.Claims)
            {
                // The base class would copy a claim that belongs to no identity.
                identity.AddClaim(new Claim(type, value, ClaimValueTypes.String, "issuer", "issuer", identity));
            }

            var properties = new AuthenticationProperties { ExpiresUtc = Options.ExpiresAt };
            return Task.FromResult<AuthenticationTicket?>(new AuthenticationTicket(identity, properties));
        }
    }
}
