namespace CognitoOwin.Http;

/// <summary>Why there was no complete answer.</summary>
internal enum BoundedHttpFailure
{
    Unexpected = 0,
    Timeout,
    Connection,
    TooLarge,
}
