using System;

namespace CognitoOwin.Provisioning;

/// <summary>Holds what the user pool said about the user of an access token: a profile, or a rejection.</summary>
internal sealed class UserInfoAnswer : IShareable
{
    // Long enough that a client which repeats a revoked token does not use up the pool's rate limit for everybody; short enough
    // that an administrator who enables a user again soon sees the effect.
    private static readonly TimeSpan RefusalLifetime = TimeSpan.FromSeconds(10);

    private readonly Func<bool> _isKept;

    private UserInfoAnswer(Func<bool> isKept) => _isKept = isKept;

    /// <summary>Gets the user's attributes; null if there is a <see cref="Rejection"/>.</summary>
    public CognitoAttributes? Attributes { get; private init; }

    public TokenRejection Rejection { get; private init; }

    public TimeSpan? RetryAfter { get; private init; }

    public bool IsKept => _isKept();

    public static UserInfoAnswer Accept(CognitoAttributes attributes) => new(static () => true) { Attributes = attributes };

    public static UserInfoAnswer Refuse(TokenRejection rejection, TimeProvider time)
    {
        var end = time.GetUtcNow() + RefusalLifetime;
        return new UserInfoAnswer(() => time.GetUtcNow() < end) { Rejection = rejection };
    }

    public static UserInfoAnswer ReportUnavailable(TimeSpan retryAfter) =>
        new(static () => false) { Rejection = TokenRejection.UserInfoUnavailable, RetryAfter = retryAfter };
}
