using System;

namespace CognitoOwin.Validation;

/// <summary>Holds what is known of one revoked sign-in, user, token or app client. Times are seconds since 1970.</summary>
internal readonly struct RevocationEntry(double moment, double expiresAt)
{
    /// <summary>Gets the moment until which tokens are refused; infinity to refuse all of them.</summary>
    public double Moment { get; } = moment;

    /// <summary>Gets the time from which no token that this entry refuses can be valid.</summary>
    public double ExpiresAt { get; } = expiresAt;

    public RevocationEntry Merge(RevocationEntry other) =>
        new(Math.Max(Moment, other.Moment), Math.Max(ExpiresAt, other.ExpiresAt));

    /// <summary>Checks whether a token is refused.</summary>
    /// <param name="time">The time of the token that counts; not a number if the token has none.</param>
    /// <param name="now">The time now.</param>
    /// <returns><see langword="true"/> if the token is refused; otherwise, <see langword="false"/>.</returns>
    /// <remarks>Every comparison with not-a-number is false, so a token without a time is refused.</remarks>
    public bool Refuses(double time, double now) => !(time > Moment) && now < ExpiresAt;
}
