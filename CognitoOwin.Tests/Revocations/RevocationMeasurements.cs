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
    private readonly ConcurrentDictionary<string, long> _ignored = new(StringComparer.Ordinal);
    private long _entries;
    private long _pending;
    private double _age;

    public RevocationMeasurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name.StartsWith("cognito_owin.revocations.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            switch (instrument.Name)
            {
                case "cognito_owin.revocations.entries":
                    _entries = value;
                    return;
                case "cognito_owin.revocations.store.pending":
                    _pending = value;
                    return;
                case "cognito_owin.revocations.store.ignored":
                    _ignored.AddOrUpdate(GetTag(tags, "cognito_owin.revocation.input"), value, (_, sum) => sum + value);
                    return;
            }

            var counts = instrument.Name == "cognito_owin.revocations.refused" ? _refused : _written;
            counts.AddOrUpdate(GetTag(tags, "cognito_owin.revocation.kind"), value, (_, sum) => sum + value);
        });
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) => _age = value);
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

    public IEnumerable<string> Ignored => _ignored.Select(pair => $"{pair.Key} {pair.Value}");

    public long Pending
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _pending;
        }
    }

    /// <summary>Gets the seconds since the last contact with a store.</summary>
    public double Age
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _age;
        }
    }

    private static string GetTag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name) =>
        tags.Length == 1 && tags[0].Key == name ? $"{tags[0].Value}" : "unexpected tags";

    public void Dispose() => _listener.Dispose();
}
