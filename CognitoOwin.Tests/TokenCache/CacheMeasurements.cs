using System;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CognitoOwin.Tests.TokenCache;

/// <summary>The library's token cache metrics since this object was created, for all validators of the process.</summary>
internal sealed class CacheMeasurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _sums = new(StringComparer.Ordinal);

    public CacheMeasurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == CognitoMeter.Name && instrument.Name.StartsWith("cognito_owin.token_cache.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _sums.AddOrUpdate(
            instrument.Name, value, (_, sum) => instrument.IsObservable ? value : sum + value));
        _listener.Start();
    }

    public long Hits => Sum("hits");

    public long Misses => Sum("misses");

    public long Evictions => Sum("evictions");

    public long Entries
    {
        get
        {
            _listener.RecordObservableInstruments();
            return Sum("entries");
        }
    }

    public void Dispose() => _listener.Dispose();

    private long Sum(string name) => _sums.TryGetValue("cognito_owin.token_cache." + name, out var sum) ? sum : 0;
}
