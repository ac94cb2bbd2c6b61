using System;

namespace CognitoOwin.Validation;

/// <summary>Holds what is known of one revoked sign-in, user, token or app client. Times are seconds since 1970.</summary>
/// <param name="moment">The moment until which tokens are refused.</param>
/// <param name="expiresAt">The time from which the entry is not needed.</param>
/// <param name="round">The reading of the store that found this entry there; 0 if none has.</param>
/// <param name="cutFrom">The moment in the store, in whole seconds, if it was cut because it is in the future; otherwise, 0.</param>
internal readonly struct RevocationEntry(double moment, double expiresAt, int round = 0, uint cutFrom = 0)
{
    /// <summary>Gets the moment until which tokens are refused; infinity to refuse all of them.</summary>
    public double Moment { get; } = moment;

    /// <summary>Gets the time from which no token that this entry refuses can be valid.</summary>
    public double ExpiresAt { get; } = expiresAt;

    /// <summary>Gets the last reading of the whole store that found this entry there, and not an earlier state of it.</summary>
    public int Round { get; } = round;

    /// <summary>
    /// Gets the last moment in the store, in whole seconds, that was cut because it was in the future; 0 if none was.
    /// </summary>
    public uint CutFrom { get; } = cutFrom;

    public bool Covers(RevocationEntry other) => Moment >= other.Moment && ExpiresAt >= other.ExpiresAt;

    /// <summary>Combines what two servers, or two calls, know. Nothing is ever shortened.</summary>
    /// <param name="other">The other entry, which was read or created later.</param>
    /// <returns>The entry that refuses what either does, found in the store only if one that covers it was.</returns>
    public RevocationEntry Merge(RevocationEntry other) => new(
        Math.Max(Moment, other.Moment),
        Math.Max(ExpiresAt, other.ExpiresAt),
        Math.Max(Covers(other) ? Round : 0, other.Covers(this) ? other.Round : 0),
        other.CutFrom > 0 ? other.CutFrom : CutFrom);

    /// <summary>Checks whether a token is refused.</summary>
    /// <param name="time">The time of the token that counts; not a number if the token has none.</param>
    /// <param name="now">The time now.</param>
    /// <returns><see langword="true"/> if the token is refused; otherwise, <see langword="false"/>.</returns>
    /// <remarks>Every comparison with not-a-number is false, so a token without a time is refused.</remarks>
    public bool Refuses(double time, double now) => !(time > Moment) && now < ExpiresAt;
}
