using System.Collections.Generic;
using Microsoft.Owin;

namespace CognitoOwin;

/// <summary>
/// Lists the handlers of one request: one for each <c>UseCognitoJwt</c> that the request has passed. They give one answer, so
/// that a client never reads two challenges that contradict each other.
/// </summary>
internal sealed class RequestHandlers : List<CognitoJwtAuthenticationHandler>
{
    private const string Key = "CognitoOwin.RequestHandlers";

    private bool _hasAnswered;

    public static RequestHandlers? Find(IOwinContext context) => context.Get<RequestHandlers>(Key);

    public static RequestHandlers GetOrCreate(IOwinContext context)
    {
        if (Find(context) is not { } handlers)
        {
            context.Set(Key, handlers = []);
        }

        return handlers;
    }

    /// <summary>Reserves the answer for the first caller.</summary>
    /// <returns><see langword="true"/> for the first call of a request; otherwise, <see langword="false"/>.</returns>
    public bool TryBeginAnswer() => !_hasAnswered && (_hasAnswered = true);
}
