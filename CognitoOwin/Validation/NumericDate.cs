using System;

namespace CognitoOwin.Validation;

/// <summary>Dates as tokens have them: seconds since 1970-01-01T00:00:00Z, with or without a fraction (RFC 7519 §2).</summary>
internal static class NumericDate
{
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    // 9999-12-31T23:59:59Z, the last second a DateTimeOffset can hold.
    private const double Last = 253_402_300_799;

    /// <summary>The date of a claim; null where it is no number, or none of a year from 1970 to 9999.</summary>
    public static double? Read(JsonValue value) =>
        value.TryGetDouble(out var seconds) && seconds is >= 0 and <= Last
            ? seconds
            : null;

    public static double From(DateTimeOffset time) => (time.UtcTicks - UnixEpochTicks) / (double)TimeSpan.TicksPerSecond;

    public static DateTimeOffset ToDateTimeOffset(double seconds) =>
        new(UnixEpochTicks + (long)(seconds * TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
