namespace CognitoOwin.Keys;

/// <summary>Says why a fetch of keys failed.</summary>
internal enum JwksFailure
{
    Unexpected = 0,
    Timeout,
    Connection,
    Redirect,
    Status,
    ContentType,
    TooLarge,
    NotAJwks,
    NoUsableKey,
    File,
}
