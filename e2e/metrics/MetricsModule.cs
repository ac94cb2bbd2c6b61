using System.Configuration;
using System.Globalization;
using System.Web;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace CognitoOwin.E2E;

/// <summary>
/// Serves the meter CognitoOwin at <c>http://127.0.0.1:{e2e:MetricsPort}/metrics</c>, from the start of the application until its process
/// ends.
/// </summary>
public sealed class MetricsModule : IHttpModule
{
    private static readonly object Gate = new();
    private static MeterProvider? _metrics;

    public void Init(HttpApplication context)
    {
        // ASP.NET creates an application object, with its own modules, for each thread.
        lock (Gate)
        {
            _metrics ??= Sdk.CreateMeterProviderBuilder()
                .AddMeter("CognitoOwin")
                .AddPrometheusHttpListener(options =>
                {
                    options.Host = "127.0.0.1";
                    options.Port = int.Parse(ConfigurationManager.AppSettings["e2e:MetricsPort"], CultureInfo.InvariantCulture);
                })
                .Build();
        }
    }

    public void Dispose()
    {
    }
}
