using System.Diagnostics.Metrics;

namespace CognitoOwin;

/// <summary>
/// What CognitoOwin measures. <c>docs/keys-and-caching.md</c> lists every instrument; their names follow the conventions of
/// OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/general/naming/).
/// </summary>
public static class CognitoMeter
{
    /// <summary>The name to listen to: <c>AddMeter(CognitoMeter.Name)</c>.</summary>
    public const string Name = "CognitoOwin";

    internal static readonly Meter Instance = new(Name, typeof(CognitoMeter).Assembly.GetName().Version?.ToString(3));
}
