using System;
using System.Collections.Generic;
using System.Security.Claims;
using System.Threading;

namespace CognitoOwin.Provisioning;

/// <summary>Holds what the application made of a user: claims and a user object, a rejection, or a failure.</summary>
internal sealed class ProvisioningOutcome
{
    /// <summary>Adds nothing to the user.</summary>
    public static readonly ProvisioningOutcome Empty = new([], null);

    // Long enough that clients do not make an outage worse, short enough that its users soon notice the end.
    private static readonly TimeSpan FailureRetryAfter = TimeSpan.FromSeconds(5);

    private ProvisionedUser? _user;
    private int _rejections;
    private int _isUnreported;

    public ProvisioningOutcome(IReadOnlyList<Claim> claims, object? user)
    {
        Claims = claims;
        User = user;
    }

    private ProvisioningOutcome(TokenRejection rejection, string? reason, TimeSpan? retryAfter)
        : this([], null)
    {
        Rejection = rejection;
        RejectionReason = reason;
        RetryAfter = retryAfter;
    }

    public IReadOnlyList<Claim> Claims { get; }

    public object? User { get; }

    public TokenRejection Rejection { get; }

    /// <summary>Gets the application's own sentence; null for the sentence that goes with <see cref="Rejection"/>.</summary>
    public string? RejectionReason { get; }

    public TimeSpan? RetryAfter { get; }

    /// <summary>
    /// Gets why the handler has no outcome; null if it has one, if too many requests waited, or if the application ended.
    /// </summary>
    public Exception? Failure { get; private init; }

    /// <summary>
    /// Gets whether later requests share the outcome. They do not share a rejection, so that a user whom the application accepts
    /// again does not need a new token. A rejection of the user also ends the sharing.
    /// </summary>
    public bool IsKept => Rejection == TokenRejection.None && _user?.Rejections == _rejections;

    /// <summary>Keeps the outcome until the application rejects the user.</summary>
    /// <param name="user">The user.</param>
    public void KeepFor(ProvisionedUser user)
    {
        _rejections = user.Rejections;
        _user = user;
    }

    /// <summary>Marks the failure as reported to the application's own log.</summary>
    /// <returns>
    /// <see langword="true"/> for the first call, if no failure of this kind was reported in the minute before; otherwise,
    /// <see langword="false"/>.
    /// </returns>
    public bool TryReport() => Interlocked.Exchange(ref _isUnreported, 0) == 1;

    /// <summary>Creates the outcome of a handler that failed, took too long, or was not called.</summary>
    /// <param name="exception">The reason.</param>
    /// <param name="isFirst">Whether no failure of this kind was reported in the minute before.</param>
    /// <returns>The outcome.</returns>
    public static ProvisioningOutcome Fail(Exception? exception = null, bool isFirst = false) =>
        new(TokenRejection.ProvisioningFailed, null, FailureRetryAfter) { Failure = exception, _isUnreported = isFirst ? 1 : 0 };

    public static ProvisioningOutcome Reject(TokenRejection rejection, string? reason = null, TimeSpan? retryAfter = null) =>
        new(rejection, reason, retryAfter);
}
