using System;
using System.Threading.Tasks;

namespace Microsoft.Owin.Security.OAuth;

public interface IOAuthBearerAuthenticationProvider
{
    Task RequestToken(OAuthRequestTokenContext context);

    Task ValidateIdentity(OAuthValidateIdentityContext context);

    Task ApplyChallenge(OAuthChallengeContext context);
}

public class OAuthBearerAuthenticationProvider : IOAuthBearerAuthenticationProvider
{
    public OAuthBearerAuthenticationProvider()
    {
        OnRequestToken = _ => Task.CompletedTask;
        OnValidateIdentity = _ => Task.CompletedTask;
        OnApplyChallenge = context =>
        {
            context.Response.Headers.AppendValues("WWW-Authenticate", context.Challenge);
            return Task.CompletedTask;
        };
    }

    public Func<OAuthRequestTokenContext, Task> OnRequestToken { get; set; }

    public Func<OAuthValidateIdentityContext, Task> OnValidateIdentity { get; set; }

    public Func<OAuthChallengeContext, Task> OnApplyChallenge { get; set; }

    public virtual Task RequestToken(OAuthRequestTokenContext context) => OnRequestToken(context);

    public virtual Task ValidateIdentity(OAuthValidateIdentityContext context) => OnValidateIdentity(context);

    public Task ApplyChallenge(OAuthChallengeContext context) => OnApplyChallenge(context);
}
