using System.Diagnostics.Metrics;

namespace CognitoOwin;

/// <summary>
/// Names the meter of CognitoOwin. <c>docs/operations.md</c> lists its instruments; their names follow the conventions of
/// OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/general/naming/).
/// </summary>
public static class CognitoMeter
{
    /// <summary>Names the meter to listen to: <c>AddMeter(CognitoMeter.Name)</c>.</summary>
    public const string Name = "CognitoOwin";

    internal static readonly Meter Instance = new(Name, typeof(CognitoMeter).Assembly.GetName().Version?.ToString(3));
}
