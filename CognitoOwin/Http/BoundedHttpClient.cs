using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Http;

/// <summary>
/// Sends requests to a foreign server, and limits the time and the size of each exchange, whatever the server does. It does not
/// know what the requests and answers mean.
/// </summary>
internal sealed class BoundedHttpClient : IDisposable
{
    private static readonly ProductInfoHeaderValue UserAgent =
        new("CognitoOwin", typeof(BoundedHttpClient).Assembly.GetName().Version.ToString(3));

    private readonly TimeSpan _timeout;
    private readonly int _maximumBytes;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <param name="handler">Sends the requests, and is not disposed; null for a handler without redirects and cookies.</param>
    /// <param name="proxy">The proxy, if <paramref name="handler"/> is null; null for the default of the process.</param>
    /// <param name="timeout">The longest that an exchange may take, a retry and the body included.</param>
    /// <param name="maximumBytes">The largest body.</param>
    /// <param name="time">The clock.</param>
    public BoundedHttpClient(HttpMessageHandler? handler, Uri? proxy, TimeSpan timeout, int maximumBytes, TimeProvider time)
    {
        _timeout = timeout;
        _maximumBytes = maximumBytes;
        _time = time;
        _client = handler != null
            ? new HttpClient(handler, disposeHandler: false)
            : new HttpClient(TrustedHttpHandler.Create(proxy), disposeHandler: true);
        _client.Timeout = Timeout.InfiniteTimeSpan;

        // AWS WAF's common rule set answers 403 to a request without it.
        _client.DefaultRequestHeaders.UserAgent.Add(UserAgent);
    }

    /// <summary>Sends a request, and reads the whole answer.</summary>
    /// <param name="createRequest">Creates the request, and a second one for a retry. It must be safe to send twice.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <param name="check">Checks the answer before its body is read; may throw.</param>
    /// <returns>The answer, of any status.</returns>
    /// <exception cref="BoundedHttpException">There was no complete answer; the exception says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="Exception"><paramref name="check"/> threw it.</exception>
    public Task<BoundedHttpAnswer> SendAsync(
        Func<HttpRequestMessage> createRequest, CancellationToken cancellationToken, Action<HttpResponseMessage>? check = null) =>
        TimeLimit.RunAsync(
            stop => SendWithRetryAsync(createRequest, check, stop),
            _timeout,
            _time,
            static message => new BoundedHttpException(BoundedHttpFailure.Timeout, message),
            cancellationToken);

    public void Dispose() => _client.Dispose();

    private async Task<BoundedHttpAnswer> SendWithRetryAsync(
        Func<HttpRequestMessage> createRequest, Action<HttpResponseMessage>? check, CancellationToken cancellationToken)
    {
        try
        {
            return await SendOnceAsync(createRequest, check, cancellationToken).ConfigureAwait(false);
        }
        catch (BoundedHttpException e) when (e.Failure == BoundedHttpFailure.Connection && !cancellationToken.IsCancellationRequested)
        {
            // A kept-alive connection fails at its next use if the server has closed it or a load balancer was replaced. Try a
            // new connection once.
            return await SendOnceAsync(createRequest, check, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<BoundedHttpAnswer> SendOnceAsync(
        Func<HttpRequestMessage> createRequest, Action<HttpResponseMessage>? check, CancellationToken cancellationToken)
    {
        try
        {
            using var request = createRequest();
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);

            // On .NET Framework cancelling does not end a read that has started. Dispose the response then, because a host has
            // few connections per address and a read that hangs would keep one of them.
            using var registration = cancellationToken.Register(static response => ((HttpResponseMessage)response!).Dispose(), response);
            check?.Invoke(response);
            return new BoundedHttpAnswer(
                response.StatusCode,
                response.Headers.RetryAfter?.Delta,
                response.Content == null ? [] : await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or WebException or ObjectDisposedException)
        {
            throw new BoundedHttpException(
                BoundedHttpFailure.Connection, "The connection failed: " + e.GetBaseException().Message, e);
        }
    }

    private async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > _maximumBytes)
        {
            throw CreateTooLarge();
        }

        using var body = await content.ReadAsStreamAsync().ConfigureAwait(false);
        using var document = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await body.ReadAsync(buffer, 0, buffer.Length, cancellationToken).ConfigureAwait(false)) > 0)
        {
            document.Write(buffer, 0, read);
            if (document.Length > _maximumBytes)
            {
                throw CreateTooLarge();
            }
        }

        return document.ToArray();
    }

    private BoundedHttpException CreateTooLarge() =>
        new(BoundedHttpFailure.TooLarge, $"The answer is larger than {_maximumBytes} bytes.");
}
