using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using Microsoft.Owin.Logging;

namespace CognitoOwin.Diagnostics;

/// <summary>
/// Writes every message of the library to the application's log. No message of the library shows a token, a query or the claims of a user;
/// an exception of the application's code may. The few values of a client that a message shows are cut. Every message is one line
/// without control characters, and the lines of an exception are indented, so that no text can look like another message.
/// <c>docs/operations.md</c> lists the messages.
/// </summary>
internal sealed class CognitoLog(ILogger? logger)
{
    private const int MaximumProblemsLength = 1000;

    /// <summary>Writes nothing.</summary>
    public static readonly CognitoLog None = new(null);

    public void KeysFetched(CognitoUserPool pool, int count) =>
        Write(
            TraceEventType.Information,
            EventIds.KeysFetched,
            $"The keys of the user pool {pool.Name} were fetched: {count.ToString(CultureInfo.InvariantCulture)}.");

    /// <param name="pool">The pool.</param>
    /// <param name="address">The address that was fetched.</param>
    /// <param name="failure">The kind of failure, in one word.</param>
    /// <param name="message">The failure in one sentence.</param>
    /// <param name="exception">The exception behind the failure; null if there is none.</param>
    /// <param name="hasUsableKeys">Whether the pool's tokens can still be validated with kept keys.</param>
    /// <param name="failures">The failed fetches of the address since the last one that succeeded.</param>
    public void KeysFetchFailed(
        CognitoUserPool pool, string address, string failure, string message, Exception? exception, bool hasUsableKeys, int failures) =>
        Write(
            TraceEventType.Error,
            EventIds.KeysFetchFailed,
            $"The keys of the user pool {pool.Name} could not be fetched from {address} ({failure}). {EndSentence(message)} "
            + (hasUsableKeys ? "The known keys stay in use." : "No key is known, so requests with a token of this pool get 503.")
            + CountFailures("Failed fetches since the last one that succeeded", failures),
            exception);

    public void AddressUnused(CognitoUserPool pool, string address, string failure, string message) =>
        Write(
            TraceEventType.Information,
            EventIds.AddressUnused,
            $"The address {address} of the user pool {pool.Name} has no keys ({failure}). {EndSentence(message)} The pool seems not to use this "
            + "issuer. The keys of its other addresses stay in use, and this is not logged again.");

    public void OutageEnded(CognitoUserPool pool, string address, int failures) =>
        Write(
            TraceEventType.Information,
            EventIds.OutageEnded,
            $"The keys of the user pool {pool.Name} can be fetched again from {address}: its tokens are validated. Failed fetches before: "
            + failures.ToString(CultureInfo.InvariantCulture) + ".");

    public void KeySkipped(CognitoUserPool pool, string reason) =>
        Write(TraceEventType.Warning, EventIds.KeySkipped, $"The keys of the user pool {pool.Name}: {reason}");

    public void KeyDropped(CognitoUserPool pool, string keyId) =>
        Write(
            TraceEventType.Information,
            EventIds.KeyDropped,
            $"The user pool {pool.Name} no longer has the key {keyId}: tokens that are signed with it are no longer accepted.");

    public void LookupsRefused(CognitoUserPool pool) =>
        Write(
            TraceEventType.Warning,
            EventIds.LookupsRefused,
            $"Tokens name unknown keys of the user pool {pool.Name}. Until Keys.MinimumRefetchInterval has passed since the last "
            + "fetch, such tokens are refused without a new fetch.");

    public void TokenRefused(string refusal) => Write(TraceEventType.Information, EventIds.TokenRefused, refusal);

    /// <param name="since">The time of the last such message, or of the start.</param>
    /// <param name="reasons">Each reason with its count.</param>
    /// <param name="suppressed">How many refusals were not logged one by one.</param>
    public void RefusalsCounted(DateTimeOffset since, string reasons, int suppressed) =>
        Write(
            TraceEventType.Warning,
            EventIds.RefusalsCounted,
            $"Refused since {since.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}: {reasons}."
            + (suppressed > 0 ? $" Not logged one by one: {suppressed.ToString(CultureInfo.InvariantCulture)}." : ""));

    public void RolesFromAttribute(string roleClaimType) =>
        Write(
            TraceEventType.Warning,
            EventIds.RolesFromAttribute,
            $"The roles come from {roleClaimType}, which is an attribute. An app client may allow users to write their own attributes, "
            + "and so to give themselves any role. Check the write permissions of every app client of the pool, or let a "
            + "pre-token-generation trigger set cognito:groups. See " + DocumentationPage.Name("authorization", "Roles from another claim") + ".");

    public void PoolUsedTwice(string poolId) =>
        Write(
            TraceEventType.Warning,
            EventIds.PoolUsedTwice,
            $"Two app.UseCognitoJwt() of this application have the user pool {poolId}. Each fetches its keys and caches its tokens. If a "
            + "request passes both, remove one.");

    /// <param name="name">The name that no pool has. It is in the application's code.</param>
    /// <param name="names">The names of the configured pools.</param>
    public void UnknownUserPool(string name, IEnumerable<string?> names) =>
        Write(
            TraceEventType.Warning,
            EventIds.UnknownUserPool,
            $"The code of the application requires users of the user pool \"{name}\", and no configured pool has this name, so every user is "
            + $"refused. The names are: {string.Join(", ", names)}. Names are case-sensitive.");

    /// <param name="reason">Why the profile could not be read, in one sentence.</param>
    /// <param name="exception">The exception behind the failure; null if there is none.</param>
    /// <param name="failures">The failures since the last profile that could be read.</param>
    public void UserInfoFailed(string reason, Exception? exception, int failures) =>
        Write(
            TraceEventType.Error,
            EventIds.UserInfoFailed,
            $"The profile of a user could not be read. {EndSentence(reason)}"
            + CountFailures("Failures since the last profile", failures),
            exception);

    public void UserInfoRecovered(int failures) =>
        Write(
            TraceEventType.Information,
            EventIds.UserInfoRecovered,
            $"Profiles of users can be read again. Failures before: {failures.ToString(CultureInfo.InvariantCulture)}.");

    /// <param name="exception">Why the run of the application's handler failed.</param>
    /// <param name="isFirst">Whether to log the stack.</param>
    /// <param name="failures">How many runs have failed since the last one that did not.</param>
    public void ProvisioningFailed(Exception exception, bool isFirst, int failures) =>
        Write(
            TraceEventType.Error,
            EventIds.ProvisioningFailed,
            isFirst
                ? "The application's provisioning handler failed. Its user is not known, so the request goes on without a user, and a "
                    + "401 becomes 503." + CountFailures("Failures since it last worked", failures)
                : "The application's provisioning handler failed again: "
                    + $"{exception.GetType().Name}: {Shorten(exception.Message)} Failures since it last worked: "
                    + failures.ToString(CultureInfo.InvariantCulture) + ". The log has at most ten failures a minute, and the stack of an exception "
                    + "of this type once a minute.",
            isFirst ? exception : null);

    public void ProvisioningRecovered(int failures) =>
        Write(
            TraceEventType.Information,
            EventIds.ProvisioningRecovered,
            $"The application's provisioning handler works again. Failures before: {failures.ToString(CultureInfo.InvariantCulture)}.");

    /// <param name="maximum">How many requests may wait.</param>
    /// <param name="count">How many were refused since this message was last logged.</param>
    public void ProvisioningRefused(int maximum, int count) =>
        Write(
            TraceEventType.Warning,
            EventIds.ProvisioningRefused,
            $"{maximum.ToString(CultureInfo.InvariantCulture)} requests wait for the provisioning handler or for profiles "
            + "(MaximumPendingProvisioning). Others are answered like one whose handler failed, without waiting. Such requests since this "
            + $"was last logged: {count.ToString(CultureInfo.InvariantCulture)}.");

    private static string Shorten(string text)
    {
        var line = text.Split('\r', '\n')[0];
        return line.Length <= 200 ? line : line.Substring(0, 200) + "…";
    }

    /// <param name="poolId">The id that the resolver was asked for. The resolver knows it, as it returned a pool.</param>
    /// <param name="problems">What is wrong, one sentence each.</param>
    public void PoolRefused(string poolId, IEnumerable<string> problems) =>
        Write(
            TraceEventType.Error,
            EventIds.PoolRefused,
            $"UserPoolResolver returned a user pool for {poolId} that cannot be used. An earlier answer for this pool stays in use for "
            + "Keys.StaleLifetime; without one, requests with its tokens get 503. "
            + string.Concat(string.Join(" ", problems).Take(MaximumProblemsLength)));

    /// <param name="exception">Why.</param>
    /// <param name="failures">The failures since the resolver last worked.</param>
    public void PoolLookupFailed(Exception exception, int failures) =>
        Write(
            TraceEventType.Error,
            EventIds.PoolLookupFailed,
            $"UserPoolResolver failed: {EndSentence(Shorten(exception.Message))} Known user pools stay in use; requests with a token of another pool get 503."
            + CountFailures("Failures since it last worked", failures),
            exception);

    public void PoolLookupRecovered(int failures) =>
        Write(
            TraceEventType.Information,
            EventIds.PoolLookupRecovered,
            $"UserPoolResolver works again. Failures before: {failures.ToString(CultureInfo.InvariantCulture)}.");

    public void PoolLookupsRefused() =>
        Write(
            TraceEventType.Warning,
            EventIds.PoolLookupsRefused,
            "Tokens name more unknown user pools than UserPoolResolver may be asked for within Keys.MinimumRefetchInterval. Requests "
            + "with a token of a pool that is not known yet get 503.");

    public void PoolChanged(string poolId) =>
        Write(
            TraceEventType.Information,
            EventIds.PoolChanged,
            $"UserPoolResolver returned other settings for the user pool {poolId}: they apply from now on.");

    public void PoolRemoved(string poolId) =>
        Write(
            TraceEventType.Information,
            EventIds.PoolChanged,
            $"UserPoolResolver no longer has the user pool {poolId}: its tokens are no longer accepted.");

    public void RevocationsRead(int entries, TimeSpan duration) =>
        Write(
            TraceEventType.Information,
            EventIds.RevocationsRead,
            $"The revocations were read from the store within {duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s: "
            + $"this server knows {entries.ToString(CultureInfo.InvariantCulture)}, and accepts tokens.");

    /// <param name="reason">Why, in printable characters.</param>
    /// <param name="isRead">Whether this server has read the store since its start.</param>
    /// <param name="refuses">Whether this server answers 503 while it does not reach the store.</param>
    public void RevocationStoreFailed(string reason, bool isRead, bool refuses) =>
        Write(
            TraceEventType.Error,
            EventIds.RevocationStoreFailed,
            $"The store of revocations does not work. {reason} "
            + (isRead
                ? "The known revocations stay in force; those of other servers are missed until the store works again. "
                    + (refuses ? "Requests with a token get 503 soon, because of WhenUnavailable." : "")
                : "It was not read since the start, so requests with a token get 503. ")
            + "It is tried again, and only the end of this outage is logged.");

    public void RevocationStoreRecovered(TimeSpan duration) =>
        Write(
            TraceEventType.Information,
            EventIds.RevocationStoreRecovered,
            "The store of revocations works again, after "
            + $"{duration.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s.");

    public void RevocationsRepaired(int count) =>
        Write(
            TraceEventType.Warning,
            EventIds.RevocationsRepaired,
            $"The store of revocations lacked {count.ToString(CultureInfo.InvariantCulture)} revocations that this server knows, and which it has "
            + "written again. If that was no restart of the store without its data, check that the store keeps its data and evicts none.");

    public void RevocationsIgnored(long count) =>
        Write(
            TraceEventType.Warning,
            EventIds.RevocationsIgnored,
            $"The store of revocations has entries or messages that no server of this farm writes: {count.ToString(CultureInfo.InvariantCulture)} "
            + "until now. They are ignored. Check who else can write to it.");

    // The first failure needs no count.
    private static string CountFailures(string text, int failures) =>
        failures > 1 ? $" {text}: {failures.ToString(CultureInfo.InvariantCulture)}." : "";

    // The messages of the system's exceptions do not always end with a full stop.
    private static string EndSentence(string text) => text.TrimEnd() is { Length: > 0 } trimmed && trimmed[trimmed.Length - 1] is '.' or '!' or '?'
        ? text
        : text.TrimEnd() + ".";

    private void Write(TraceEventType level, int eventId, string message, Exception? exception = null)
    {
        try
        {
            logger?.WriteCore(level, eventId, Clean(message), exception, Format);
        }
#pragma warning disable CA1031 // A full disk must not fail a request, or end the work in the background.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    // An exception of the application may quote what a user has written.
    private static string Format(object state, Exception? exception) => exception == null
        ? (string)state
        : state + string.Concat(exception.ToString().Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => Environment.NewLine + "    " + Clean(line)));

    private static string Clean(string line) =>
        line.Any(IsBreaking) ? string.Concat(line.Select(static c => IsBreaking(c) ? '?' : c)) : line;

    private static bool IsBreaking(char c) => (char.IsControl(c) && c != '\t') || c is '\u2028' or '\u2029';
}
