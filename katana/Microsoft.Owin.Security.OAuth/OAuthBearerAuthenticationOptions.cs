using Microsoft.Owin.Infrastructure;
using Microsoft.Owin.Security.Infrastructure;

namespace Microsoft.Owin.Security.OAuth;

public static class OAuthDefaults
{
    public const string AuthenticationType = "Bearer";
}

public class OAuthBearerAuthenticationOptions : AuthenticationOptions
{
    public OAuthBearerAuthenticationOptions()
        : base(OAuthDefaults.AuthenticationType) => SystemClock = new SystemClock();

    public string Realm { get; set; }

    public string Challenge { get; set; }

    public IOAuthBearerAuthenticationProvider Provider { get; set; }

    public ISecureDataFormat<AuthenticationTicket> AccessTokenFormat { get; set; }

    public IAuthenticationTokenProvider AccessTokenProvider { get; set; }

    public ISystemClock SystemClock { get; set; }
}
