using System;
using System.Diagnostics;
using System.Globalization;
using CognitoOwin.Keys;
using Microsoft.Owin.Logging;

namespace CognitoOwin.Diagnostics;

/// <summary>
/// Every message that is logged, with an event id that stays the same from version to version. None shows a token, a claim
/// or anything else that a client sent.
/// </summary>
internal sealed class CognitoLog(ILogger? logger)
{
    public static readonly CognitoLog None = new(null);

    public void KeysFetched(int count) =>
        Write(TraceEventType.Information, 100, $"The user pool's keys were fetched: {count.ToString(CultureInfo.InvariantCulture)}.", null);

    public void KeysFetchFailed(JwksException failure) =>
        Write(
            TraceEventType.Error,
            101,
            $"The user pool's keys could not be fetched ({failure.Failure}). {failure.Message}",
            failure.InnerException);

    public void KeySkipped(string reason) => Write(TraceEventType.Warning, 102, reason, null);

    public void KeyDropped(string keyId) =>
        Write(TraceEventType.Information, 103, $"The user pool no longer has the key {keyId}: its tokens are not accepted any more.", null);

    public void TokenRejected(TokenRejection rejection) =>
        Write(TraceEventType.Verbose, 200, $"A token was not accepted: {rejection}.", null);

    public void UserInfoFailed(string reason, Exception? exception = null) =>
        Write(TraceEventType.Error, 300, $"The profile of a user could not be read. {reason}", exception);

    private void Write(TraceEventType level, int eventId, string message, Exception? exception) =>
        logger?.WriteCore(level, eventId, message, exception, Format);

    private static string Format(object state, Exception? exception) =>
        exception == null ? (string)state : state + Environment.NewLine + exception;
}
