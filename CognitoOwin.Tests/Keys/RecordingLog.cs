using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Owin.Logging;

namespace CognitoOwin.Tests.Keys;

/// <summary>Keeps the log messages and lets a test wait for one.</summary>
internal sealed class RecordingLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(TraceEventType Level, int EventId, string Text)> _entries = new();
    private readonly ConcurrentDictionary<int, Signal> _signals = new();

    public IReadOnlyList<(TraceEventType Level, int EventId, string Text)> Entries => [.. _entries];

    public IReadOnlyList<string> GetTexts(int eventId) =>
        [.. _entries.Where(entry => entry.EventId == eventId).Select(entry => entry.Text)];

    public Task WaitForAsync(int eventId, int count = 1) => GetSignal(eventId).WaitForAsync(count);

    public ILogger Create(string name) => this;

    public bool WriteCore(
        TraceEventType eventType, int eventId, object state, Exception? exception, Func<object, Exception?, string>? formatter)
    {
        if (formatter != null)
        {
            _entries.Enqueue((eventType, eventId, formatter(state, exception)));
            GetSignal(eventId).Add();
        }

        return true;
    }

    private Signal GetSignal(int eventId) => _signals.GetOrAdd(eventId, _ => new Signal());
}
