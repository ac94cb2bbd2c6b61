using System;
using System.Collections.Concurrent;
using System.Diagnostics;

namespace Microsoft.Owin.Logging;

public static class LoggerFactory
{
    public static ILoggerFactory Default { get; set; } = new DiagnosticsLoggerFactory();
}

/// <summary>One <see cref="TraceSource"/> a name. A source without settings of its own takes those of the name one dot up.</summary>
public class DiagnosticsLoggerFactory : ILoggerFactory
{
    private const string RootName = "Microsoft.Owin";

    private readonly SourceSwitch _rootSwitch;
    private readonly TraceListener _rootListener;
    private readonly ConcurrentDictionary<string, TraceSource> _sources = new(StringComparer.OrdinalIgnoreCase);

    public DiagnosticsLoggerFactory()
        : this(new SourceSwitch(RootName), null)
    {
    }

    public DiagnosticsLoggerFactory(SourceSwitch rootSourceSwitch, TraceListener rootTraceListener)
    {
        _rootSwitch = rootSourceSwitch ?? new SourceSwitch(RootName);
        _rootListener = rootTraceListener;
    }

    public ILogger Create(string name) => new SourceLogger(GetSource(name));

    private TraceSource GetSource(string name) => _sources.GetOrAdd(name, CreateSource);

    private TraceSource CreateSource(string name)
    {
        var source = new TraceSource(name);
        var parent = name == RootName ? null : GetSource(ParentOf(name));
        if (source.Switch.DisplayName == source.Name)
        {
            source.Switch = parent?.Switch ?? _rootSwitch;
        }

        if (source.Listeners.Count == 1 && source.Listeners[0].Name == "Default")
        {
            if (parent is not null)
            {
                source.Listeners.Clear();
                source.Listeners.AddRange(parent.Listeners);
            }
            else if (_rootListener is not null)
            {
                source.Listeners.Add(_rootListener);
            }
        }

        return source;
    }

    private static string ParentOf(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot < 0 ? RootName : name.Substring(0, dot);
    }

    private sealed class SourceLogger : ILogger
    {
        private readonly TraceSource _source;

        public SourceLogger(TraceSource source) => _source = source;

        public bool WriteCore(
            TraceEventType eventType, int eventId, object state, Exception exception, Func<object, Exception, string> formatter)
        {
            if (!_source.Switch.ShouldTrace(eventType))
            {
                return false;
            }

            // Without a formatter the caller only asks whether the level is on.
            if (formatter is not null)
            {
                _source.TraceEvent(eventType, eventId, formatter(state, exception));
            }

            return true;
        }
    }
}
