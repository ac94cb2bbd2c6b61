using System;
using CognitoOwin;

namespace Microsoft.Owin;

/// <summary>What a request can ask CognitoOwin.</summary>
public static class CognitoOwinContextExtensions
{
    /// <summary>
    /// How the keys of the application's user pools stand, for a health endpoint; of a Web API controller:
    /// <c>Request.GetOwinContext().GetCognitoHealth()</c>. It waits for nothing, but starts a fetch that is due: asked again a
    /// little later, it knows how that ended.
    /// </summary>
    /// <param name="context">The request, which has passed <c>app.UseCognitoJwt()</c>.</param>
    /// <returns>The state of every pool.</returns>
    /// <exception cref="InvalidOperationException">The request has not passed <c>app.UseCognitoJwt()</c>.</exception>
    public static CognitoHealth GetCognitoHealth(this IOwinContext context)
    {
        if (context == null)
        {
            throw new ArgumentNullException(nameof(context));
        }

        return context.Get<CognitoHealthSource?>(CognitoHealthSource.Key)?.GetHealth()
            ?? throw new InvalidOperationException(
                "The request has not passed CognitoOwin: call app.UseCognitoJwt() in Startup, before what asks for its health.");
    }
}
