using System;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Http;

namespace CognitoOwin.Keys;

/// <summary>Reads the JWKS of a user pool from its endpoint, a file or a text, within a time limit.</summary>
internal abstract class JwksSource(TimeSpan timeout, TimeProvider time) : IDisposable
{
    /// <summary>Gets the place of the document, for the log.</summary>
    public abstract string Name { get; }

    /// <summary>Creates the one source for all issuers of a pool, if the settings name one.</summary>
    /// <param name="userPool">The pool.</param>
    /// <param name="options">How keys are fetched.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The source; null if each issuer has its own.</returns>
    public static JwksSource? CreateShared(CognitoUserPool userPool, CognitoKeysOptions options, TimeProvider time)
    {
        if (userPool.Jwks is { } text)
        {
            return new JwksText(text, options.FetchTimeout, time);
        }

        if (userPool.JwksFile is { } path)
        {
            return new JwksFile(path, options.FetchTimeout, time);
        }

        return userPool.JwksUri is { } address ? new JwksClient(address, options, time) : null;
    }

    /// <summary>Creates the source of the keys of one issuer.</summary>
    /// <param name="issuer">The issuer, from the settings and never from a token.</param>
    /// <param name="options">How keys are fetched.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The source.</returns>
    public static JwksSource Create(string issuer, CognitoKeysOptions options, TimeProvider time) =>
        new JwksClient(new Uri(issuer + "/.well-known/jwks.json"), options, time);

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
