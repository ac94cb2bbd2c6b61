using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;

namespace CognitoOwin.Tests.Revocations;

/// <summary>The library's metrics of revocations since this object was created, for all validators of the process.</summary>
internal sealed class RevocationMeasurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _refused = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _written = new(StringComparer.Ordinal);
    private long _entries;

    public RevocationMeasurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is "cognito_owin.revocations.entries" or "cognito_owin.revocations.refused" or "cognito_owin.revocations.written")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "cognito_owin.revocations.entries")
            {
                _entries = value;
                return;
            }

            var counts = instrument.Name == "cognito_owin.revocations.refused" ? _refused : _written;
            foreach (var tag in tags)
            {
                counts.AddOrUpdate($"{(tag.Key == "cognito_owin.revocation.kind" ? tag.Value : tag.Key)}", value, (_, sum) => sum + value);
            }
        });
        _listener.Start();
    }

    public IEnumerable<string> Refused => _refused.Select(pair => $"{pair.Key} {pair.Value}");

    public IEnumerable<string> Written => _written.Select(pair => $"{pair.Key} {pair.Value}");

    public long Entries
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _entries;
        }
    }

    public void Dispose() => _listener.Dispose();
}
