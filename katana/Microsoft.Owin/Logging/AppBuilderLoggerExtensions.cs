using System;
using System.Diagnostics;
using Owin;
// What the property holds: delegates only, so that a host need not know Katana's types.
using CreateWriter = System.Func<
    string,
    System.Func<
        System.Diagnostics.TraceEventType, int, object, System.Exception, System.Func<object, System.Exception, string>, bool>>;
using Writer = System.Func<
    System.Diagnostics.TraceEventType, int, object, System.Exception, System.Func<object, System.Exception, string>, bool>;

namespace Microsoft.Owin.Logging;

public static class AppBuilderLoggerExtensions
{
    public static void SetLoggerFactory(this IAppBuilder app, ILoggerFactory loggerFactory)
    {
        if (app is null)
        {
            throw new ArgumentNullException(nameof(app));
        }

        app.Properties[OwinKeys.LoggerFactory] = new CreateWriter(name => loggerFactory.Create(name).WriteCore);
    }

    public static ILoggerFactory GetLoggerFactory(this IAppBuilder app)
    {
        if (app is null)
        {
            throw new ArgumentNullException(nameof(app));
        }

        return app.Properties.TryGetValue(OwinKeys.LoggerFactory, out var value) && value is CreateWriter create
            ? new WriterFactory(create)
            : null;
    }

    public static ILogger CreateLogger(this IAppBuilder app, string name) =>
        (app.GetLoggerFactory() ?? LoggerFactory.Default).Create(name);

    public static ILogger CreateLogger(this IAppBuilder app, Type component) => app.CreateLogger(component.FullName);

    public static ILogger CreateLogger<TType>(this IAppBuilder app) => app.CreateLogger(typeof(TType));

    private sealed class WriterFactory : ILoggerFactory
    {
        private readonly CreateWriter _create;

        public WriterFactory(CreateWriter create) => _create = create;

        public ILogger Create(string name) => new WriterLogger(_create(name));
    }

    private sealed class WriterLogger : ILogger
    {
        private readonly Writer _write;

        public WriterLogger(Writer write) => _write = write;

        public bool WriteCore(
            TraceEventType eventType, int eventId, object state, Exception exception, Func<object, Exception, string> formatter) =>
            _write(eventType, eventId, state, exception, formatter);
    }
}
