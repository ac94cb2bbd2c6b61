using System;

namespace CognitoOwin.Http;

/// <summary>
/// Reports that there was no complete answer. The message is for the operator's log and never reaches a client.
/// </summary>
internal sealed class BoundedHttpException : Exception
{
    public BoundedHttpException(BoundedHttpFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    public BoundedHttpFailure Failure { get; }
}
