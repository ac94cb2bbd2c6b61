using System.Collections.Generic;
using System.IdentityModel.Tokens.Jwt;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Owin.Security.OAuth;

namespace Microsoft.Owin.Security.Jwt;

public class JwtBearerAuthenticationOptions : AuthenticationOptions
{
    public JwtBearerAuthenticationOptions()
        : base(OAuthDefaults.AuthenticationType)
    {
    }

    public IEnumerable<string> AllowedAudiences { get; set; }

    public IEnumerable<IIssuerSecurityKeyProvider> IssuerSecurityKeyProviders { get; set; }

    public IOAuthBearerAuthenticationProvider Provider { get; set; }

    public string Realm { get; set; }

    public TokenValidationParameters TokenValidationParameters { get; set; }

    public JwtSecurityTokenHandler TokenHandler { get; set; }
}
