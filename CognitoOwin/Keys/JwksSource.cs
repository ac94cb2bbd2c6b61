using System;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Keys;

/// <summary>Where the keys of a user pool come from: its endpoint, a file, or a text. Whatever it does, a fetch ends in time.</summary>
internal abstract class JwksSource(TimeSpan timeout, TimeProvider time) : IDisposable
{
    public static JwksSource Of(CognitoUserPool userPool, CognitoKeysOptions options, TimeProvider time) =>
        userPool.Jwks is { } text ? new JwksText(text, options.FetchTimeout, time)
        : userPool.JwksFile is { } path ? new JwksFile(path, options.FetchTimeout, time)
        : new JwksClient(userPool.JwksUri!, options, time);

    /// <summary>Gets the document as it is now.</summary>
    /// <exception cref="JwksException">The document could not be had; the exception says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<byte[]> FetchAsync(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stop = limit.Token;

        var timeIsOver = time.Delay(timeout, stop);

        // On a thread of its own: on .NET Framework a request may look for its proxy, and a file for its share, before the
        // first await.
        var fetch = Task.Factory
            .StartNew(() => ReadAsync(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .Unwrap();
        var first = await Task.WhenAny(fetch, timeIsOver).ConfigureAwait(false);
        _ = Task.Run(
            () =>
            {
                // Closing a connection that hangs may itself take a while, and nobody shall wait for that.
                limit.Cancel();
                limit.Dispose();
            },
            CancellationToken.None);
        if (first == fetch)
        {
            return await fetch.ConfigureAwait(false);
        }

        // Not every read ends when it is cancelled, so it is left to itself when its time is over.
        _ = fetch.ContinueWith(static late => late.Exception, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        throw new JwksException(JwksFailure.Timeout, $"There was no complete answer within {timeout}.");
    }

    public virtual void Dispose()
    {
    }

    protected abstract Task<byte[]> ReadAsync(CancellationToken cancellationToken);
}
