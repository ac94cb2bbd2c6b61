using System;
using System.Diagnostics;
using System.Globalization;

namespace Microsoft.Owin.Logging;

public static class LoggerExtensions
{
    private static readonly Func<object, Exception, string> Message = (state, _) => (string)state;

    private static readonly Func<object, Exception, string> MessageAndError =
        (state, error) => string.Format(CultureInfo.CurrentCulture, "{0}{1}{2}", state, Environment.NewLine, error);

    public static bool IsEnabled(this ILogger logger, TraceEventType eventType) => logger.WriteCore(eventType, 0, null, null, null);

    public static void WriteVerbose(this ILogger logger, string data) => logger.Write(TraceEventType.Verbose, data);

    public static void WriteInformation(this ILogger logger, string message) => logger.Write(TraceEventType.Information, message);

    public static void WriteWarning(this ILogger logger, string message, params string[] args) =>
        logger.Write(TraceEventType.Warning, string.Format(CultureInfo.InvariantCulture, message, args));

    public static void WriteWarning(this ILogger logger, string message, Exception error) =>
        logger.Write(TraceEventType.Warning, message, error);

    public static void WriteError(this ILogger logger, string message) => logger.Write(TraceEventType.Error, message);

    public static void WriteError(this ILogger logger, string message, Exception error) => logger.Write(TraceEventType.Error, message, error);

    public static void WriteCritical(this ILogger logger, string message) => logger.Write(TraceEventType.Critical, message);

    public static void WriteCritical(this ILogger logger, string message, Exception error) =>
        logger.Write(TraceEventType.Critical, message, error);

    private static void Write(this ILogger logger, TraceEventType level, string message) =>
        (logger ?? throw new ArgumentNullException(nameof(logger))).WriteCore(level, 0, message, null, Message);

    private static void Write(this ILogger logger, TraceEventType level, string message, Exception error) =>
        (logger ?? throw new ArgumentNullException(nameof(logger))).WriteCore(level, 0, message, error, MessageAndError);
}
