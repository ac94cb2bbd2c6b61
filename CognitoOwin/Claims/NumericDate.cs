using System;
using CognitoOwin.Json;

namespace CognitoOwin.Claims;

/// <summary>Converts dates of tokens: seconds since 1970-01-01T00:00:00Z, with or without a fraction (RFC 7519 §2).</summary>
internal static class NumericDate
{
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    // 9999-12-31T23:59:59Z, the last second that a DateTimeOffset can hold.
    private const double Last = 253_402_300_799;

    // Twice the length that any date needs. double.Parse reads no exponent above 9999, so it would misread a number with more
    // zeros.
    private const int MaximumLength = 32;

    /// <summary>Reads the date of a claim.</summary>
    /// <param name="value">The value of the claim.</param>
    /// <returns>
    /// The seconds since 1970; null if the value is not a number, has more than 32 characters, or is not a date from 1970 to
    /// 9999.
    /// </returns>
    public static double? Read(JsonValue value) =>
        value.Text.Length <= MaximumLength && value.TryGetDouble(out var seconds) && seconds is >= 0 and <= Last
            ? seconds
            : null;

    /// <summary>Reads the date of a claim that may be absent.</summary>
    /// <param name="claims">The claims.</param>
    /// <param name="name">The name of the claim.</param>
    /// <param name="date">
    /// The seconds since 1970; not a number if the claim is absent. Every comparison with not-a-number is false.
    /// </param>
    /// <returns><see langword="false"/> if there is a claim that <see cref="Read"/> refuses; otherwise, <see langword="true"/>.</returns>
    public static bool TryRead(JsonMembers claims, string name, out double date)
    {
        date = double.NaN;
        if (!claims.TryGetValue(name, out var claim))
        {
            return true;
        }

        var read = Read(claim);
        date = read.GetValueOrDefault();
        return read.HasValue;
    }

    public static double FromDateTimeOffset(DateTimeOffset time) => (time.UtcTicks - UnixEpochTicks) / (double)TimeSpan.TicksPerSecond;

    public static DateTimeOffset ToDateTimeOffset(double seconds) =>
        new(UnixEpochTicks + (long)(seconds * TimeSpan.TicksPerSecond), TimeSpan.Zero);

    /// <summary>Converts the date of a claim that may be absent.</summary>
    /// <param name="seconds">The seconds since 1970; not a number if the claim is absent.</param>
    /// <returns>The date; null if the claim is absent.</returns>
    public static DateTimeOffset? ToOptionalDateTimeOffset(double seconds) =>
        double.IsNaN(seconds) ? null : ToDateTimeOffset(seconds);
}
