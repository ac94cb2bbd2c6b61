using System.Collections.Generic;
using Microsoft.Owin;

namespace CognitoOwin;

/// <summary>
/// The handlers of one request: one for each <c>UseCognitoJwt</c> it has passed. They answer together, so that a client never
/// reads two challenges that contradict each other.
/// </summary>
internal sealed class RequestHandlers : List<CognitoJwtAuthenticationHandler>
{
    private const string Key = "CognitoOwin.RequestHandlers";

    private bool _hasAnswered;

    public static RequestHandlers Of(IOwinContext context)
    {
        if (context.Get<RequestHandlers>(Key) is not { } handlers)
        {
            context.Set(Key, handlers = []);
        }

        return handlers;
    }

    /// <summary>True once a request: the one who asks first answers for all.</summary>
    public bool TryBeginAnswer() => !_hasAnswered && (_hasAnswered = true);
}
