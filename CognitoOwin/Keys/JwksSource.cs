using System;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Http;

namespace CognitoOwin.Keys;

/// <summary>Reads the JWKS of a user pool from its endpoint, a file or a text, within a time limit.</summary>
internal abstract class JwksSource(TimeSpan timeout, TimeProvider time) : IDisposable
{
    /// <summary>Creates the source that the settings of a pool name.</summary>
    /// <param name="userPool">The pool.</param>
    /// <param name="options">How keys are fetched.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The source.</returns>
    public static JwksSource Create(CognitoUserPool userPool, CognitoKeysOptions options, TimeProvider time)
    {
        if (userPool.Jwks is { } text)
        {
            return new JwksText(text, options.FetchTimeout, time);
        }

        return userPool.JwksFile is { } path
            ? new JwksFile(path, options.FetchTimeout, time)
            : new JwksClient(userPool.JwksUri!, options, time);
    }

    /// <summary>Fetches the current document.</summary>
    /// <param name="cancellationToken">Ends the fetch.</param>
    /// <returns>The document.</returns>
    /// <exception cref="JwksException">There is no complete document; the exception says why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<byte[]> FetchAsync(CancellationToken cancellationToken) =>
        TimeLimit.RunAsync(
            StartReading, timeout, time, static message => new JwksException(JwksFailure.Timeout, message), cancellationToken);

    public virtual void Dispose()
    {
    }

    protected abstract Task<byte[]> ReadAsync(CancellationToken cancellationToken);

    // On a thread of its own: on .NET Framework, looking for the proxy of a request, or opening a file on a share, may block
    // before the first await.
    private Task<byte[]> StartReading(CancellationToken cancellationToken) =>
        Task.Factory
            .StartNew(() => ReadAsync(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .Unwrap();
}
