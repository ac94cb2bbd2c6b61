using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Web.Http;
using System.Web.Http.ExceptionHandling;
using Microsoft.Owin;

namespace CognitoOwin.WebApi;

/// <summary>
/// Writes the body of a 503. Where a token cannot be validated now, Web API answers 401 with "Authorization has been denied for this
/// request.", and CognitoOwin makes it a 503 when the headers are sent. This handler puts the reason in place of that body: in one
/// sentence, or as the <see cref="CognitoProvisioningFailedContext.Body"/> that the application has set. It also passes the exception
/// of a provisioning handler to Web API's <see cref="IExceptionLogger"/>s, like one of a controller. Add it with
/// <c>config.MessageHandlers.Add(new CognitoUnavailableHandler())</c>.
/// </summary>
public sealed class CognitoUnavailableHandler : DelegatingHandler
{
    private static readonly ExceptionContextCatchBlock CatchBlock =
        new(nameof(CognitoUnavailableHandler), isTopLevel: false, callsHandler: false);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        // Look afterwards: a HostAuthenticationFilter authenticates only while Web API handles the request.
        var context = RequestOwinContext.Find(request);
        var failure = context?.GetCognitoProvisioningFailure();
        if (failure is { Exception: { } exception, IsRepeated: false })
        {
            await ExceptionServices.GetLogger(request.GetConfiguration())
                .LogAsync(new ExceptionLoggerContext(new ExceptionContext(exception, CatchBlock, request)), cancellationToken)
                .ConfigureAwait(false);
        }

        if (response.StatusCode == HttpStatusCode.Unauthorized
            && context?.GetCognitoAuthenticationFailure() is { } refusal
            && (failure != null || refusal.StatusCode == (int)HttpStatusCode.ServiceUnavailable))
        {
            response.Content?.Dispose();
            response.Content = failure?.Body == null
                ? request.CreateErrorResponse(HttpStatusCode.ServiceUnavailable, refusal.Description).Content
                : CreateContent(failure.Body, failure.ContentType);
        }

        return response;
    }

    private static ByteArrayContent CreateContent(string body, string contentType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return content;
    }
}
