using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;

namespace CognitoOwin.Tests.Requests;

/// <summary>Sends each request for keys to the pool that it is addressed to.</summary>
internal sealed class TwoPoolJwksHandler(CognitoTestPool one, CognitoTestPool other) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var pool = request.RequestUri.AbsolutePath.StartsWith("/" + one.UserPool.UserPoolId + "/", System.StringComparison.Ordinal) ? one : other;
        return new HttpMessageInvoker(pool.JwksEndpoint, disposeHandler: false).SendAsync(request, cancellationToken);
    }
}
