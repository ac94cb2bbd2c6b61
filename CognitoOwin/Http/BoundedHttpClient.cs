using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Http;

/// <summary>
/// Asks a server that is not ours. Whatever the server does, an exchange ends within its time and size, and leads nowhere else.
/// It knows nothing of what is asked or answered.
/// </summary>
internal sealed class BoundedHttpClient : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly int _maximumBytes;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <param name="handler">What the exchanges go through, which is not disposed; null for one without redirects and cookies.</param>
    /// <param name="timeout">The longest an exchange may take, a retry and the body included.</param>
    /// <param name="maximumBytes">The largest body.</param>
    /// <param name="time">The clock.</param>
    public BoundedHttpClient(HttpMessageHandler? handler, TimeSpan timeout, int maximumBytes, TimeProvider time)
    {
        _timeout = timeout;
        _maximumBytes = maximumBytes;
        _time = time;
        _client = handler != null
            ? new HttpClient(handler, disposeHandler: false)
            : new HttpClient(TrustedHttpHandler.Create(), disposeHandler: true);
        _client.Timeout = Timeout.InfiniteTimeSpan;
    }

    /// <param name="createRequest">Makes the request, once more for a retry. It must be safe to send twice.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <param name="check">Looks at the answer before its body is read; what it throws comes out here.</param>
    /// <exception cref="BoundedHttpException">There was no complete answer; the exception says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<BoundedHttpAnswer> SendAsync(
        Func<HttpRequestMessage> createRequest, CancellationToken cancellationToken, Action<HttpResponseMessage>? check = null)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeout = _time.Delay(_timeout, limit.Token);
        var exchange = SendWithRetryAsync(createRequest, check, limit.Token);

        // Not every handler ends a read that was cancelled, so the exchange is left to itself when its time is over.
        var first = await Task.WhenAny(exchange, timeout).ConfigureAwait(false);
        _ = Task.Run(
            () =>
            {
                // Closing a connection that hangs may itself take a while, and nobody shall wait for that.
                limit.Cancel();
                limit.Dispose();
            },
            CancellationToken.None);
        if (first == exchange)
        {
            return await exchange.ConfigureAwait(false);
        }

        _ = exchange.ContinueWith(static late => late.Exception, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        throw new BoundedHttpException(BoundedHttpFailure.Timeout, $"There was no complete answer within {_timeout}.");
    }

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
            // A kept-alive connection that the other side has closed fails at its next use, one at a load balancer that was just replaced
            // as well: a new one is worth one try.
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

            // On .NET Framework a read that has begun does not end when it is cancelled; on the host's few connections to an
            // address, one that hangs for good would be one too few.
            using var hangUp = cancellationToken.Register(static response => ((HttpResponseMessage)response!).Dispose(), response);
            check?.Invoke(response);
            return new BoundedHttpAnswer(
                response.StatusCode,
                response.Content?.Headers.ContentType?.MediaType,
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
            throw TooLarge();
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
                throw TooLarge();
            }
        }

        return document.ToArray();
    }

    private BoundedHttpException TooLarge() =>
        new(BoundedHttpFailure.TooLarge, $"The answer is larger than {_maximumBytes} bytes.");
}
