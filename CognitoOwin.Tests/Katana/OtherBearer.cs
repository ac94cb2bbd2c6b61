using System.Linq;
using System.Security.Claims;
using Microsoft.Owin.Security;
using Microsoft.Owin.Security.OAuth;
using Owin;

namespace CognitoOwin.Tests.Katana;

/// <summary>Katana's own bearer middleware as a neighbour of CognitoOwin: it accepts the tokens of a list.</summary>
internal static class OtherBearer
{
    public const string Name = "Other";

    public static IAppBuilder UseOtherBearer(this IAppBuilder app, AuthenticationMode mode, params string[] tokens) =>
        app.UseOAuthBearerAuthentication(new OAuthBearerAuthenticationOptions
        {
            AuthenticationType = Name,
            AuthenticationMode = mode,
            Challenge = Name,
            AccessTokenFormat = new KnownTokens(tokens),
        });

    private sealed class KnownTokens(string[] tokens) : ISecureDataFormat<AuthenticationTicket>
    {
        public string Protect(AuthenticationTicket data) => tokens[0];

        public AuthenticationTicket Unprotect(string protectedText) =>
            tokens.Contains(protectedText)
                ? new AuthenticationTicket(new ClaimsIdentity([new Claim(ClaimTypes.Name, "bob")], Name), new AuthenticationProperties())
                : null!;
    }
}
