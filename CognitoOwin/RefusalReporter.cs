using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using CognitoOwin.Diagnostics;
using CognitoOwin.Http;
using CognitoOwin.Keys;
using CognitoOwin.Validation;
using Microsoft.Owin;

namespace CognitoOwin;

/// <summary>
/// Tells the operator which requests were refused, and why. A flood of bad tokens costs one addition each: at most ten refusals per second
/// are logged one by one, and once per minute it logs how many there were for each reason. It takes a lock only to keep
/// an example, at most three for each reason and minute.
/// </summary>
internal sealed class RefusalReporter : IDisposable
{
    // The next refusal after a minute logs the counts, its own included. If there is none, the timer does a little later.
    private static readonly TimeSpan TimerDelay = TimeSpan.FromSeconds(1);

    private const int MaximumPerSecond = 10;
    private const int MaximumExamples = 3;
    private const int MaximumLength = 100;

    private static readonly int Reasons = Enum.GetValues(typeof(TokenRejection)).Cast<int>().Max() + 1;

    // The refusals of the current minute, by reason, and those of them that were not logged one by one.
    private readonly int[] _counts = new int[Reasons];
    private int _suppressed;

    // Guards itself. The number of examples for each reason can be read without the lock.
    private readonly List<(TokenRejection Rejection, string Text)> _examples = [];
    private readonly int[] _exampleCounts = new int[Reasons];

    // The second since the start of the clock, times 16, plus the refusals that were logged in it.
    private long _window;
    private long _summaryDue;
    private long _since;

    private readonly TimeProvider _time;
    private readonly CognitoLog _log;
    private readonly ITimer _timer;
    private int _isTimerSet;

    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    public RefusalReporter(TimeProvider time, CognitoLog log)
    {
        _time = time;
        _log = log;
        _since = time.GetUtcNow().Ticks;
        using (ExecutionFlow.Suppress())
        {
            _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Reports a request that has no user because its token was refused.</summary>
    /// <param name="context">The request.</param>
    /// <param name="rejection">The reason.</param>
    /// <param name="validation">What the validator found; null if it was not asked.</param>
    /// <param name="issuers">The issuers of the configured pools.</param>
    public void Report(
        IOwinContext context, TokenRejection rejection, CognitoTokenValidationResult? validation, IEnumerable<string> issuers)
    {
        Interlocked.Increment(ref _counts[(int)rejection]);
        if (validation?.Rejection == rejection)
        {
            AddExample(validation, issuers);
        }

        if (TryReserve())
        {
            _log.TokenRefused(Describe(context, rejection, validation));
        }
        else
        {
            Interlocked.Increment(ref _suppressed);
        }

        if (TryBeginSummary())
        {
            LogSummary();
        }
        else
        {
            SetTimer();
        }
    }

    /// <summary>Logs what was not logged yet, and ends the timer. The application ends.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        LogSummary();
    }

    private void OnTimer()
    {
        Volatile.Write(ref _isTimerSet, 0);
        if (TryBeginSummary())
        {
            LogSummary();
        }
        else if (_counts.Any(static count => count > 0))
        {
            // A refusal has logged the counts since the timer was set, and others followed.
            SetTimer();
        }
    }

    private void SetTimer()
    {
        if (Interlocked.Exchange(ref _isTimerSet, 1) == 0)
        {
            var wait = _time.GetElapsedTime(_time.GetTimestamp(), Volatile.Read(ref _summaryDue));
            _timer.Change((wait > TimeSpan.Zero ? wait : TimeSpan.Zero) + TimerDelay, Timeout.InfiniteTimeSpan);
        }
    }

    private bool TryBeginSummary()
    {
        var now = _time.GetTimestamp();
        var due = Volatile.Read(ref _summaryDue);
        return now >= due && Interlocked.CompareExchange(ref _summaryDue, now + _time.ToTimestampUnits(RepeatedFailures.Interval), due) == due;
    }

    private bool TryReserve()
    {
        var second = _time.GetTimestamp() / _time.TimestampFrequency;
        while (true)
        {
            var window = Volatile.Read(ref _window);
            var isCurrent = window >> 4 >= second;
            if (isCurrent && (window & 15) >= MaximumPerSecond)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _window, isCurrent ? window + 1 : (second << 4) + 1, window) == window)
            {
                return true;
            }
        }
    }

    private static string Describe(IOwinContext context, TokenRejection rejection, CognitoTokenValidationResult? validation)
    {
        var text = new StringBuilder("Refused: ").Append(rejection);
        if (validation?.Pool is { } pool)
        {
            text.Append("; pool ").Append(pool.UserPool.Name);
            if (validation.ClientId is { } clientId)
            {
                text.Append(", client ").Append(clientId);
            }

            text.Append(validation.IsVerified ? "" : " (as the token says, not verified)");
        }

        text.Append("; ").Append(RejectionText.MakePrintable(context.Request.Method ?? "", 10)).Append(' ').Append(GetPath(context.Request));
        return GetTraceId(context) is { Length: > 0 } traceId
            ? text.Append("; trace ").Append(RejectionText.MakePrintable(traceId, MaximumLength)).ToString()
            : text.ToString();
    }

    // A path may hold a token, such as in a link of an e-mail. Every JWT begins with eyJ.
    private static string GetPath(IOwinRequest request)
    {
        var path = RejectionText.MakePrintable(request.PathBase.Value + request.Path.Value, MaximumLength);
        var token = path.IndexOf("eyJ", StringComparison.Ordinal);
        return token < 0 ? path : path.Substring(0, token) + "…";
    }

    private static string? GetTraceId(IOwinContext context) => Activity.Current switch
    {
        { IdFormat: ActivityIdFormat.W3C } activity => activity.TraceId.ToHexString(),
        { RootId: { } rootId } => rootId,
        _ => context.Get<object?>("owin.RequestId") as string,
    };

    private void AddExample(CognitoTokenValidationResult validation, IEnumerable<string> issuers)
    {
        var rejection = validation.Rejection;
        if (Volatile.Read(ref _exampleCounts[(int)rejection]) >= MaximumExamples)
        {
            return;
        }

        IEnumerable<string>? expected = rejection switch
        {
            TokenRejection.UnknownIssuer => issuers,
            TokenRejection.AudienceNotAccepted or TokenRejection.ClientIdNotAccepted => validation.Pool!.ClientIds,
            TokenRejection.ResourceNotAccepted => validation.Pool!.UserPool.Audiences.Concat(validation.Pool.ClientIds),
            _ => null,
        };
        if (expected == null)
        {
            return;
        }

        var actual = validation.Actual == null ? "no value" : $"\"{RejectionText.MakePrintable(validation.Actual, MaximumLength)}\"";
        var example = $"{actual} instead of {JoinShort(expected)}";
        lock (_examples)
        {
            if (_exampleCounts[(int)rejection] < MaximumExamples && !_examples.Contains((rejection, example)))
            {
                _examples.Add((rejection, example));
                Volatile.Write(ref _exampleCounts[(int)rejection], _exampleCounts[(int)rejection] + 1);
            }
        }
    }

    private static string JoinShort(IEnumerable<string> texts)
    {
        string[] first = [.. texts.Take(MaximumExamples + 1)];
        return string.Join(" or ", first.Take(MaximumExamples)) + (first.Length > MaximumExamples ? " or …" : "");
    }

    private void LogSummary()
    {
        var now = _time.GetUtcNow();
        var since = new DateTimeOffset(Interlocked.Exchange(ref _since, now.Ticks), TimeSpan.Zero);
        var suppressed = Interlocked.Exchange(ref _suppressed, 0);
        var counts = Enumerable.Range(0, Reasons)
            .Select(reason => (Rejection: (TokenRejection)reason, Count: Interlocked.Exchange(ref _counts[reason], 0)))
            .Where(static pair => pair.Count > 0)
            .OrderByDescending(static pair => pair.Count)
            .ToList();
        if (counts.Count == 0)
        {
            return;
        }

        ILookup<TokenRejection, string> examples;
        lock (_examples)
        {
            examples = _examples.ToLookup(static example => example.Rejection, static example => example.Text);
            _examples.Clear();
            Array.Clear(_exampleCounts, 0, Reasons);
        }

        _log.RefusalsCounted(
            since,
            string.Join("; ", counts.Select(pair => $"{pair.Rejection} {pair.Count.ToString(CultureInfo.InvariantCulture)}"
                + (examples.Contains(pair.Rejection) ? $" ({string.Join(", ", examples[pair.Rejection])})" : ""))),
            suppressed);
    }
}
