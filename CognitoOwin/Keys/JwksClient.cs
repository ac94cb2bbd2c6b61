using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Http;

namespace CognitoOwin.Keys;

/// <summary>The one place that fetches keys over the network.</summary>
internal sealed class JwksClient : JwksSource
{
    private readonly Uri _address;
    private readonly HttpClient _client;

    public JwksClient(Uri address, CognitoKeysOptions options, TimeProvider time)
        : base(options.FetchTimeout, time)
    {
        _address = address;

        _client = options.HttpMessageHandler is { } handler
            ? new HttpClient(handler, disposeHandler: false)
            : new HttpClient(TrustedHttpHandler.Create(), disposeHandler: true);
        _client.Timeout = Timeout.InfiniteTimeSpan;
    }

    public override void Dispose()
    {
        base.Dispose();
        _client.Dispose();
    }

    protected override async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FetchOnceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (JwksException e) when (e.Failure == JwksFailure.Connection && !cancellationToken.IsCancellationRequested)
        {
            // A connection that broke once, at a load balancer that was just replaced, say, is worth one more try.
            return await FetchOnceAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<byte[]> FetchOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _address);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));

            // Kept for the next fetch, hours away, a connection could only go stale, and its host's address with it.
            request.Headers.ConnectionClose = true;
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);

            // On .NET Framework a read that has begun does not end when it is cancelled; on the host's few connections to an
            // address, one that hangs for good would be one too few.
            using var hangUp = cancellationToken.Register(static response => ((HttpResponseMessage)response!).Dispose(), response);
            ThrowIfNotJson(response);
            return await ReadBodyAsync(response.Content, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or WebException)
        {
            throw new JwksException(JwksFailure.Connection, "The connection failed: " + e.GetBaseException().Message, e);
        }
    }

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

    private static async Task<byte[]> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > JwksDocument.MaximumBytes)
        {
            throw TooLarge();
        }

        using var body = await content.ReadAsStreamAsync().ConfigureAwait(false);
        using var document = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await body.ReadAsync(buffer, 0, buffer.Length, cancellationToken).ConfigureAwait(false)) > 0)
        {
            document.Write(buffer, 0, read);
            if (document.Length > JwksDocument.MaximumBytes)
            {
                throw TooLarge();
            }
        }

        return document.ToArray();
    }

    private static JwksException TooLarge() =>
        new(JwksFailure.TooLarge, $"The answer is larger than {JwksDocument.MaximumBytes} bytes.");
}
