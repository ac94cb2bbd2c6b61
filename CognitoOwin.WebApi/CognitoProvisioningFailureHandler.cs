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
/// Treats a failure of the provisioning handler like one of a controller: it passes the exception to Web API's
/// <see cref="IExceptionLogger"/>s, and puts a message, or the <see cref="CognitoProvisioningFailedContext.Body"/> that the
/// application has set, in place of the body of a 401. CognitoOwin sets the status, 503. Add it with
/// <c>config.MessageHandlers.Add(new CognitoProvisioningFailureHandler())</c>.
/// </summary>
public sealed class CognitoProvisioningFailureHandler : DelegatingHandler
{
    private static readonly ExceptionContextCatchBlock CatchBlock =
        new(nameof(CognitoProvisioningFailureHandler), isTopLevel: false, callsHandler: false);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        // Look afterwards: a HostAuthenticationFilter authenticates only while Web API handles the request.
        if (RequestOwinContext.Find(request)?.GetCognitoProvisioningFailure() is not { } failure)
        {
            return response;
        }

        if (failure is { Exception: { } exception, IsRepeated: false })
        {
            await ExceptionServices.GetLogger(request.GetConfiguration())
                .LogAsync(new ExceptionLoggerContext(new ExceptionContext(exception, CatchBlock, request)), cancellationToken)
                .ConfigureAwait(false);
        }

        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            response.Content?.Dispose();
            response.Content = CreateContent(request, failure);
        }

        return response;
    }

    private static HttpContent CreateContent(HttpRequestMessage request, CognitoProvisioningFailedContext failure)
    {
        if (failure.Body == null)
        {
            return request.CreateErrorResponse(HttpStatusCode.ServiceUnavailable, failure.Description).Content;
        }

        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(failure.Body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(failure.ContentType);
        return content;
    }
}
