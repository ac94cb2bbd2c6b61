using System;
using CognitoOwin.Provider;

namespace CognitoOwin.UserInfo;

/// <summary>What the user pool said about the user of an access token.</summary>
internal sealed class UserInfoAnswer : IShareable
{
    // Long enough that a client which repeats a revoked token does not make the pool's rate limit everybody's problem; short
    // enough that an administrator who enables a user again sees it work.
    private static readonly TimeSpan RefusalLifetime = TimeSpan.FromSeconds(10);

    private readonly Func<bool> _isKept;

    private UserInfoAnswer(Func<bool> isKept) => _isKept = isKept;

    /// <summary>The user's attributes; null unless <see cref="Rejection"/> is none.</summary>
    public CognitoAttributes? Attributes { get; private init; }

    public TokenRejection Rejection { get; private init; }

    public TimeSpan? RetryAfter { get; private init; }

    public bool IsKept => _isKept();

    public static UserInfoAnswer Profile(CognitoAttributes attributes) => new(static () => true) { Attributes = attributes };

    public static UserInfoAnswer Refused(TokenRejection rejection, TimeProvider time)
    {
        var end = time.GetUtcNow() + RefusalLifetime;
        return new UserInfoAnswer(() => time.GetUtcNow() < end) { Rejection = rejection };
    }

    public static UserInfoAnswer Unavailable(TimeSpan retryAfter) =>
        new(static () => false) { Rejection = TokenRejection.UserInfoUnavailable, RetryAfter = retryAfter };
}
