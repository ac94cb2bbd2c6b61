using System;
using CognitoOwin.Json;

namespace CognitoOwin.Claims;

/// <summary>Dates as tokens have them: seconds since 1970-01-01T00:00:00Z, with or without a fraction (RFC 7519 §2).</summary>
internal static class NumericDate
{
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    // 9999-12-31T23:59:59Z, the last second a DateTimeOffset can hold.
    private const double Last = 253_402_300_799;

    // Twice what any date needs. double.Parse takes an exponent of four digits for 9999 and more zeros than that for nothing.
    private const int MaximumLength = 32;

    /// <summary>
    /// The date of a claim; null where it is no number, none of a year from 1970 to 9999, or written in more than 32 characters.
    /// </summary>
    public static double? Read(JsonValue value) =>
        value.Text.Length <= MaximumLength && value.TryGetDouble(out var seconds) && seconds is >= 0 and <= Last
            ? seconds
            : null;

    public static double From(DateTimeOffset time) => (time.UtcTicks - UnixEpochTicks) / (double)TimeSpan.TicksPerSecond;

    public static DateTimeOffset ToDateTimeOffset(double seconds) =>
        new(UnixEpochTicks + (long)(seconds * TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
