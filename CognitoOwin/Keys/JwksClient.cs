using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Http;

namespace CognitoOwin.Keys;

/// <summary>Fetches a JWKS from the endpoint of a user pool. Keys come over the network nowhere else.</summary>
internal sealed class JwksClient(Uri address, CognitoKeysOptions options, TimeProvider time) : JwksSource(options.FetchTimeout, time)
{
    private readonly BoundedHttpClient _http = new(
        options.HttpMessageHandler, options.Proxy, options.FetchTimeout, JwksDocument.MaximumBytes, time);

    // Without a query, which may be a signature.
    public override string Name { get; } = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    public override void Dispose()
    {
        base.Dispose();
        _http.Dispose();
    }

    protected override async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await _http.SendAsync(CreateRequest, cancellationToken, ThrowIfNotJson).ConfigureAwait(false)).Body;
        }
        catch (BoundedHttpException e)
        {
            var failure = e.Failure switch
            {
                BoundedHttpFailure.Timeout => JwksFailure.Timeout,
                BoundedHttpFailure.TooLarge => JwksFailure.TooLarge,
                _ => JwksFailure.Connection,
            };
            throw new JwksException(failure, e.Message, e.InnerException);
        }
    }

    private HttpRequestMessage CreateRequest() => new(HttpMethod.Get, address)
    {
        Headers =
        {
            Accept = { new MediaTypeWithQualityHeaderValue("application/json") },

            // The next fetch is hours away. A connection that is kept until then, and the address of its host, would be out of
            // date.
            ConnectionClose = true,
        },
    };

    private static void ThrowIfNotJson(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
        {
            throw new JwksException(JwksFailure.Redirect, $"The answer is a redirect ({status}), which is not followed.")
            {
                StatusCode = status,
            };
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new JwksException(JwksFailure.Status, $"The answer has status {status}, expected 200.") { StatusCode = status };
        }

        if (response.Content.Headers.ContentType?.MediaType is { } type
            && !type.EndsWith("/json", StringComparison.OrdinalIgnoreCase)
            && !type.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
        {
            throw new JwksException(JwksFailure.ContentType, $"The answer is of the type \"{type}\", expected application/json.");
        }
    }
}
