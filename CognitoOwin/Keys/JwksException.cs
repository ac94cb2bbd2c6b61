using System;

namespace CognitoOwin.Keys;

/// <summary>Reports that a fetch of keys failed. The message is for the operator and never reaches a client.</summary>
internal sealed class JwksException : Exception
{
    public JwksException(JwksFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    public JwksFailure Failure { get; }

    /// <summary>
    /// Gets the message without the text of another exception. Such a text may show paths and addresses, and many applications
    /// show their health state to everybody.
    /// </summary>
    public string Summary => Failure switch
    {
        JwksFailure.Connection => "The connection failed.",
        JwksFailure.File => "The file could not be read.",
        JwksFailure.Unexpected => "The fetch failed.",
        _ => Message,
    };

    /// <summary>
    /// Gets the status of the answer, if the failure is <see cref="JwksFailure.Status"/> or <see cref="JwksFailure.Redirect"/>.
    /// </summary>
    public int? StatusCode { get; init; }
}
