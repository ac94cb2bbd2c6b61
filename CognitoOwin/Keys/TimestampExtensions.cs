using System;

namespace CognitoOwin.Keys;

/// <summary>Converts time spans to the unit of a clock's timestamps, which no change of the system's time moves.</summary>
internal static class TimestampExtensions
{
    public static long ToTimestampUnits(this TimeProvider time, TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
