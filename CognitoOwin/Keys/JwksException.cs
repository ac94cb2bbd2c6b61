using System;

namespace CognitoOwin.Keys;

/// <summary>A fetch of keys failed. The message is for the operator; nothing of it reaches a client.</summary>
internal sealed class JwksException : Exception
{
    public JwksException(JwksFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    public JwksFailure Failure { get; }

    /// <summary>
    /// The message without what another exception said: that may hold paths and addresses, and a health state is often shown to
    /// whoever asks.
    /// </summary>
    public string Summary => Failure switch
    {
        JwksFailure.Connection => "The connection failed.",
        JwksFailure.File => "The file could not be read.",
        JwksFailure.Unexpected => "The fetch failed.",
        _ => Message,
    };

    /// <summary>With <see cref="JwksFailure.Status"/> and <see cref="JwksFailure.Redirect"/>: the status.</summary>
    public int? StatusCode { get; init; }
}
