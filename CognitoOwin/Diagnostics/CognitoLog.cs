using System;
using System.Diagnostics;
using System.Globalization;
using CognitoOwin.Keys;
using Microsoft.Owin.Logging;

namespace CognitoOwin.Diagnostics;

/// <summary>
/// Every message that is logged, with an event id that stays the same from version to version: <c>docs/keys-and-caching.md</c>
/// lists them. None shows a token, a claim or anything else that a client sent.
/// </summary>
internal sealed class CognitoLog(ILogger? logger)
{
    public static readonly CognitoLog None = new(null);

    public void KeysFetched(CognitoUserPool pool, int count) =>
        Write(
            TraceEventType.Information,
            100,
            $"The keys of the user pool {pool.Name} were fetched: {count.ToString(CultureInfo.InvariantCulture)}.",
            null);

    public void KeysFetchFailed(CognitoUserPool pool, JwksException failure, bool goesOn) =>
        Write(
            TraceEventType.Error,
            101,
            $"The keys of the user pool {pool.Name} could not be fetched ({failure.Failure}). {failure.Message} "
            + (goesOn ? "The keys that are known go on serving." : "No key is known, so that its tokens cannot be judged: 503."),
            failure.InnerException);

    public void KeySkipped(CognitoUserPool pool, string reason) =>
        Write(TraceEventType.Warning, 102, $"The keys of the user pool {pool.Name}: {reason}", null);

    public void KeyDropped(CognitoUserPool pool, string keyId) =>
        Write(
            TraceEventType.Information,
            103,
            $"The user pool {pool.Name} no longer has the key {keyId}: its tokens are not accepted any more.",
            null);

    public void LookupsRefused(CognitoUserPool pool) =>
        Write(
            TraceEventType.Warning,
            104,
            $"Tokens name keys that are not known of the user pool {pool.Name}. They are refused without a fetch until Keys."
            + "MinimumRefetchInterval has passed since the last one.",
            null);

    public void TokenRejected(TokenRejection rejection) =>
        Write(TraceEventType.Verbose, 200, $"A token was not accepted: {rejection}.", null);

    public void AccessTokensAreNotProvisioned() =>
        Write(
            TraceEventType.Warning,
            201,
            "There is a handler for provisioning, and it is not called for access tokens, which are accepted too. If it turns users "
            + "away, they get in by their access tokens: set cognito:TokenUse to id, or cognito:UserInfo to getUser.",
            null);

    /// <summary>An exception filter: it looks and lets pass.</summary>
    public bool ProvisioningFailed(Exception exception)
    {
        Write(TraceEventType.Error, 301, "The application's handler for provisioning failed; the request is answered with its exception.", exception);
        return false;
    }

    public void UserInfoFailed(string reason, Exception? exception = null) =>
        Write(TraceEventType.Error, 300, $"The profile of a user could not be read. {reason}", exception);

    private void Write(TraceEventType level, int eventId, string message, Exception? exception) =>
        logger?.WriteCore(level, eventId, message, exception, Format);

    private static string Format(object state, Exception? exception) =>
        exception == null ? (string)state : state + Environment.NewLine + exception;
}
