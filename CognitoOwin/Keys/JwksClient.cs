using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Keys;

/// <summary>The one place that fetches keys. Whatever the endpoint does, a fetch ends within its time and size.</summary>
internal sealed class JwksClient : IDisposable
{
    private readonly Uri _address;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public JwksClient(Uri address, CognitoKeysOptions options, TimeProvider time)
    {
        _address = address;
        _timeout = options.FetchTimeout;
        _time = time;

        // A redirect could lead from the pool to anybody, and from https to http.
        _client = options.HttpMessageHandler is { } handler
            ? new HttpClient(handler, disposeHandler: false)
            : new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }, disposeHandler: true);
        _client.Timeout = Timeout.InfiniteTimeSpan;
    }

    /// <exception cref="JwksException">The document could not be had; the exception says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<byte[]> FetchAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var fetch = FetchWithRetryAsync(limit.Token);
        var timeout = _time.Delay(_timeout, limit.Token);

        // Not every handler ends a read that was cancelled, so the fetch is left to itself when its time is over.
        var first = await Task.WhenAny(fetch, timeout).ConfigureAwait(false);
        limit.Cancel();
        if (first == fetch)
        {
            return await fetch.ConfigureAwait(false);
        }

        _ = fetch.ContinueWith(static late => late.Exception, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        throw new JwksException(JwksFailure.Timeout, $"There was no complete answer within {_timeout}.");
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]> FetchWithRetryAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FetchOnceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (JwksException e) when (e.Failure == JwksFailure.Connection && !cancellationToken.IsCancellationRequested)
        {
            // A kept-alive connection that the other side has closed fails at its next use: a new one is worth one try.
            return await FetchOnceAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<byte[]> FetchOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _address);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            ThrowIfNotJson(response);
            return await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false);
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
            throw new JwksException(JwksFailure.Redirect, $"The answer is a redirect ({status}), which is not followed.");
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new JwksException(JwksFailure.Status, $"The answer has status {status}, expected 200.");
        }

        if (response.Content.Headers.ContentType?.MediaType is { } type
            && !type.EndsWith("/json", StringComparison.OrdinalIgnoreCase)
            && !type.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
        {
            throw new JwksException(JwksFailure.ContentType, $"The answer is of the type \"{type}\", expected application/json.");
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
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
