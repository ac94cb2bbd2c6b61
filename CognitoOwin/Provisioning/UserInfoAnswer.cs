using System;

namespace CognitoOwin.Provisioning;

/// <summary>Holds what the user pool said about the user of an access token: a profile, a refusal, or no answer.</summary>
internal sealed class UserInfoAnswer
{
    private UserInfoAnswer(TokenRejection rejection, long askedAt)
    {
        Rejection = rejection;
        AskedAt = askedAt;
    }

    public TokenRejection Rejection { get; }

    /// <summary>
    /// Gets the timestamp of the question. The age of an answer counts from it, because a sign-out during the call may not be in the
    /// answer.
    /// </summary>
    public long AskedAt { get; }

    /// <summary>Gets the user's attributes; null if there is a <see cref="Rejection"/>, or if nobody needs them any more.</summary>
    public CognitoAttributes? Attributes { get; private init; }

    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>
    /// Gets whether the pool answers nobody: it throttles, fails or does not answer. An answer that cannot be read is only this
    /// token's, because a user may have caused it.
    /// </summary>
    public bool IsOutage { get; private init; }

    public static UserInfoAnswer Accept(CognitoAttributes attributes, long askedAt) =>
        new(TokenRejection.None, askedAt) { Attributes = attributes };

    public static UserInfoAnswer Refuse(TokenRejection rejection, long askedAt) => new(rejection, askedAt);

    public static UserInfoAnswer ReportUnavailable(TimeSpan retryAfter, bool isOutage = false) =>
        new(TokenRejection.UserInfoUnavailable, 0) { RetryAfter = retryAfter, IsOutage = isOutage };

    /// <summary>Drops the profile, which may have 64 KiB that no limit of the token cache counts.</summary>
    /// <returns>The same answer without the attributes.</returns>
    public UserInfoAnswer WithoutAttributes() => Attributes == null ? this : new(Rejection, AskedAt);
}
