using Microsoft.Owin.Security.Provider;

namespace Microsoft.Owin.Security.OAuth;

public class OAuthRequestTokenContext : BaseContext
{
    public OAuthRequestTokenContext(IOwinContext context, string token)
        : base(context) => Token = token;

    public string Token { get; set; }
}

public class OAuthValidateIdentityContext : BaseValidatingTicketContext<OAuthBearerAuthenticationOptions>
{
    public OAuthValidateIdentityContext(IOwinContext context, OAuthBearerAuthenticationOptions options, AuthenticationTicket ticket)
        : base(context, options, ticket)
    {
    }
}

public class OAuthChallengeContext : BaseContext
{
    public OAuthChallengeContext(IOwinContext context, string challenge)
        : base(context) => Challenge = challenge;

    public string Challenge { get; protected set; }
}
