namespace CognitoOwin.Http;

/// <summary>Says why there was no complete answer.</summary>
internal enum BoundedHttpFailure
{
    Unexpected = 0,
    Timeout,
    Connection,
    TooLarge,
}
