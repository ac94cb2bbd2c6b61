using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Diagnostics;
using CognitoOwin.Http;
using CognitoOwin.Keys;

namespace CognitoOwin.Validation;

/// <summary>
/// Keeps a list of revocations and the store of a farm equal, in one loop in the background. It reads the whole store at start, after an
/// outage, after a step of the clock and from time to time, and otherwise what is new. It writes what could not be written, and what the
/// store has lost.
/// </summary>
internal sealed class RevocationSync : IDisposable
{
    private const int MaximumBlockedCalls = 100;

    // A page takes a few milliseconds of a server, and a few hundred kilobytes of memory.
    private const int PageSize = 1000;
    private const int WriteSize = 500;
    private const int MaximumPendingInTurn = 20 * WriteSize;

    // Users sign out fewer at once. A server that writes again what a store has lost writes as many as fit into a call.
    private const int RepairReading = 50;

    // So that a hanging connection is noticed, and a revocation call of the application returns.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(3);

    // A flood of messages causes 20 readings per second at most.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestFullReadInterval = TimeSpan.FromMinutes(1);

    // Neither writing nor a reading of the whole store keeps the loop longer than this from reading what is new.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(500);

    // Another server may have a longer interval, or a connection that hangs.
    private static readonly TimeSpan ShortestSettlingTime = TimeSpan.FromSeconds(15);

    // Time servers correct the clock by less at once.
    private static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(5);

    private readonly CognitoRevocationList _list;
    private readonly ICognitoRevocationStore _store;
    private readonly TimeProvider _time;
    private readonly CognitoLog _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _started;

    // A store that works at every other call must not fill the log.
    private readonly RepeatedFailures _reports;

    // For the calls of the store that have not returned yet: one of the loop, and those of the application's requests.
    private readonly SemaphoreSlim _loopPlaces = new(1);
    private readonly SemaphoreSlim _callPlaces = new(MaximumBlockedCalls);

    // What was not written yet. Guarded by itself.
    private readonly Dictionary<(string UserPoolId, RevocationKind Kind, RevocationKey Key), RevocationEntry> _pending = [];

    private TaskCompletionSource<bool> _hint = CreateHint();
    private long _interval;
    private volatile bool _refuses;
    private volatile bool _isRead;
    private volatile bool _isAvailable;
    private volatile bool _isReachable;
    private int _mustReadAll;
    private long _lastContact;
    private long _ignored;
    private int _hasStarted;
    private int _isStopped;

    // Only the loop uses what follows.
    private string? _dataId;

    // The end of what was read, and how far a further reading of the whole store has come; null if there is none.
    private long _position;
    private long? _fullPosition;
    private int _round;
    private long _roundCount;
    private bool _hasRoundEnded;
    private DateTimeOffset _clockStarted;
    private IEnumerator<StoredRevocation>? _missing;
    private bool _mustRepair;
    private int _repaired;
    private bool _isYoung;
    private bool _isReading;
    private long _settlesAt;
    private long _lastFullRead;
    private long? _failedSince;
    private bool _isFailureLogged;
    private long _loggedIgnored;

    public RevocationSync(CognitoRevocationList list, ICognitoRevocationStore store, TimeProvider time, CognitoLog log)
    {
        _list = list;
        _store = store;
        _time = time;
        _log = log;
        _started = time.GetTimestamp();
        _reports = new RepeatedFailures(time);
    }

    /// <summary>Gets when to try again, if no token may be accepted now; null if tokens may be.</summary>
    public TimeSpan? RetryAfter => _isAvailable ? null : Interval;

    /// <summary>Gets whether the last call that read or repaired the store succeeded.</summary>
    public bool IsReachable => _isReachable;

    /// <summary>Gets the time since the store was last read, or since the start.</summary>
    public TimeSpan TimeSinceContact => _time.GetElapsedTime(Volatile.Read(ref _lastContact) is not 0 and var contact ? contact : _started);

    public int PendingWrites
    {
        get
        {
            lock (_pending)
            {
                return _pending.Count;
            }
        }
    }

    private TimeSpan Interval => new(Interlocked.Read(ref _interval));

    // How long after the last contact tokens are accepted, if they are refused without the store.
    private TimeSpan Tolerance => Interval + Interval + Interval;

    // A server that starts waits so long for the others to write what a store has lost. They notice by a message, or at their next reading.
    private TimeSpan SettlingTime => Tolerance > ShortestSettlingTime ? Tolerance : ShortestSettlingTime;

    // Finds what was lost without any sign: entries that somebody removed, or that a replica lacks which took over. A full reading of
    // 10,000 entries is ten pages.
    private TimeSpan FullReadInterval =>
        new(ShortestFullReadInterval.Ticks * Math.Min(Math.Max(Math.Max(_list.Count, _roundCount) / 10_000, 1), 60));

    // When this object was created, by the clock of now. It changes with each step of the clock.
    private DateTimeOffset ClockStarted => _time.GetUtcNow() - _time.GetElapsedTime(_started);

    /// <summary>Gets whether the last validator was disposed. Nothing is read any more.</summary>
    public bool IsStopped => Volatile.Read(ref _isStopped) == 1;

    public bool Uses(ICognitoRevocationStore store) => _store.Equals(store);

    /// <summary>Applies the settings of one more validator: the shortest interval and the stricter handling count.</summary>
    /// <param name="interval">How often the store is read.</param>
    /// <param name="refuses">Whether tokens are refused while the store cannot be reached.</param>
    public void Apply(TimeSpan interval, bool refuses)
    {
        var known = Interlocked.Read(ref _interval);
        Interlocked.Exchange(ref _interval, known == 0 ? interval.Ticks : Math.Min(known, interval.Ticks));
        _refuses |= refuses;
    }

    /// <summary>Starts the loop, unless it runs already. The call does not wait for the store.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _hasStarted, 1) == 1)
        {
            return;
        }

        // The loop belongs to no request, so it must not have the culture, the identity or the synchronization context of one.
        using (ExecutionFlow.Suppress())
        {
            _ = Task.Run(RunAsync);
        }
    }

    /// <summary>Writes a revocation that applies on this server already.</summary>
    /// <param name="revocation">The revocation.</param>
    /// <param name="cancellationToken">Ends the wait. The revocation is written later then.</param>
    /// <returns>A task that completes when the store has it.</returns>
    /// <exception cref="CognitoRevocationStoreException">The store does not work. The revocation is written later.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task WriteAsync(StoredRevocation revocation, CancellationToken cancellationToken)
    {
        lock (_pending)
        {
            // Another call for the same may be pending, with a later moment.
            var key = (revocation.UserPoolId, revocation.Kind, revocation.Key);
            _pending[key] = _pending.TryGetValue(key, out var pending) ? pending.Merge(revocation.Entry) : revocation.Entry;
        }

        try
        {
            await WriteAsync([revocation], _callPlaces, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // A store may throw anything, and its exception may show its connection string.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            throw new CognitoRevocationStoreException(Describe(exception));
        }
    }

    /// <summary>Ends the loop, and closes what the store has opened for it.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _isStopped, 1);

        // On another thread, because the caller has a lock, and what waits for the token may continue on this one.
        Task.Run(_stopping.Cancel);
    }

    private static TaskCompletionSource<bool> CreateHint() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Describe(Exception exception)
    {
        // The message may quote a connection string.
        var line = Regex.Replace(
            exception.Message.Split('\r', '\n')[0], "(password|pwd|secret|user)\\s*=\\s*[^,;\\s]+", "$1=***", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        return $"{exception.GetType().Name}: {RejectionText.MakePrintable(line, 200)}";
    }

    private void OnEvent(CognitoRevocationStoreEvent storeEvent)
    {
        switch (storeEvent)
        {
            case CognitoRevocationStoreEvent.MessageIgnored:
                Interlocked.Increment(ref _ignored);
                RevocationMetrics.RecordIgnoredMessage();
                return;
            case CognitoRevocationStoreEvent.Reconnected:
                Volatile.Write(ref _mustReadAll, 1);
                break;
        }

        Volatile.Read(ref _hint).TrySetResult(true);
    }

    private async Task RunAsync()
    {
        // One, once the store has accepted it.
        var subscriptions = new List<IDisposable>(1);
        try
        {
            await RunLoopAsync(subscriptions).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The last validator was disposed.
        }

        // Revocations of the last requests, before the connection closes.
        await TryWritePendingAsync().ConfigureAwait(false);
        subscriptions.ForEach(static subscription => subscription.Dispose());
    }

    [SuppressMessage("Design", "CA1031", Justification = "A store may throw anything, and the loop must go on.")]
    private async Task RunLoopAsync(List<IDisposable> subscriptions)
    {
        while (!_stopping.IsCancellationRequested)
        {
            // Before reading, so that what comes meanwhile leads to another reading.
            var hint = CreateHint();
            Volatile.Write(ref _hint, hint);
            Exception? failure = null;
            var isMore = false;
            try
            {
                if (subscriptions.Count == 0)
                {
                    subscriptions.Add(_store.Subscribe(OnEvent));
                }

                isMore = await SyncAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                failure = exception;
                OnFailure();
            }

            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            try
            {
                Report(failure);
            }
            catch (Exception)
            {
                // An exception of the store that throws when it is asked for its message.
            }

            await _time.Delay(ShortestPause, _stopping.Token).ConfigureAwait(false);
            if (!isMore)
            {
                await WaitAsync(hint.Task, failure != null).ConfigureAwait(false);
            }
        }
    }

    private async Task WaitAsync(Task hint, bool hasFailed)
    {
        var wait = Interval;
        if (hasFailed)
        {
            wait = RetryDelay;
        }
        else if (!_isRead)
        {
            // The store is young: read again when the other servers have had their time.
            var left = _time.GetElapsedTime(_time.GetTimestamp(), _settlesAt);
            wait = left < wait && left > TimeSpan.Zero ? left : wait;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        await Task.WhenAny(_time.Delay(wait, waiting.Token), hint).ConfigureAwait(false);
        waiting.Cancel();
    }

    private void OnFailure()
    {
        // The store may have lost something in the outage. A reading of the whole store goes on where it is.
        if (!_mustRepair && _time.GetElapsedTime(_lastFullRead) >= ShortestFullReadInterval)
        {
            Volatile.Write(ref _mustReadAll, 1);
        }
    }

    // Returns whether there is more to do without waiting.
    private async Task<bool> SyncAsync()
    {
        // A store that cannot be written may still be read.
        Exception? writeFailure = null;
        var isMore = false;
        try
        {
            isMore = await WritePendingAsync(LongestTurn, _stopping.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Thrown below.
        catch (Exception exception) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            writeFailure = exception;
        }

        await ReadAsync().ConfigureAwait(false);
        if (writeFailure != null)
        {
            throw writeFailure;
        }

        if (_mustRepair && _hasRoundEnded)
        {
            await RepairAsync().ConfigureAwait(false);
        }

        return isMore || _mustRepair;
    }

    private async Task TryWritePendingAsync()
    {
        try
        {
            await WritePendingAsync(TimeSpan.MaxValue, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The process ends, and nobody can be told.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private async Task<bool> WritePendingAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        List<StoredRevocation> pending;
        bool isMore;
        lock (_pending)
        {
            var now = _list.Now;
            foreach (var expired in _pending.Where(pair => pair.Value.ExpiresAt <= now).Select(pair => pair.Key).ToList())
            {
                _pending.Remove(expired);
            }

            pending = [.. _pending.Take(MaximumPendingInTurn)
                .Select(pair => new StoredRevocation(pair.Key.UserPoolId, pair.Key.Kind, pair.Key.Key, pair.Value))];
            isMore = _pending.Count > pending.Count;
        }

        using var all = pending.GetEnumerator();
        return await WriteAsync(all, limit, cancellationToken).ConfigureAwait(false) || isMore;
    }

    // Returns whether the time has ended before the revocations did. The next call can go on then.
    private async Task<bool> WriteAsync(IEnumerator<StoredRevocation> revocations, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var batch = new List<StoredRevocation>(WriteSize);
        while (revocations.MoveNext())
        {
            batch.Add(revocations.Current);
            if (batch.Count == WriteSize)
            {
                await WriteAsync(batch, _loopPlaces, cancellationToken).ConfigureAwait(false);
                batch.Clear();
                if (_time.GetElapsedTime(start) >= limit)
                {
                    return true;
                }
            }
        }

        if (batch.Count > 0)
        {
            await WriteAsync(batch, _loopPlaces, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private async Task WriteAsync(IReadOnlyList<StoredRevocation> revocations, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        CognitoStoredRevocation[] stored = [.. revocations.Select(static revocation => revocation.ToStored())];
        await CallAsync(
            async cancelled =>
            {
                await _store.WriteAsync(stored, cancelled).ConfigureAwait(false);
                return true;
            },
            places,
            cancellationToken).ConfigureAwait(false);
        lock (_pending)
        {
            foreach (var written in revocations)
            {
                // A second call may have prolonged the entry meanwhile.
                var key = (written.UserPoolId, written.Kind, written.Key);
                if (_pending.TryGetValue(key, out var pending) && written.Entry.Covers(pending))
                {
                    _pending.Remove(key);
                }
            }
        }
    }

    private async Task ReadAsync()
    {
        // Take the wish before reading: it may come again meanwhile. If the clock was wrong, entries may have been taken for expired, or for
        // those of the future.
        if (Interlocked.Exchange(ref _mustReadAll, 0) == 1
            || (!_mustRepair && _time.GetElapsedTime(_lastFullRead) >= FullReadInterval)
            || (ClockStarted - _clockStarted).Duration() > ClockStep)
        {
            BeginRound();
        }

        await ReadNewAsync().ConfigureAwait(false);
        await ReadAgainAsync().ConfigureAwait(false);
    }

    private async Task ReadNewAsync()
    {
        var hasFailed = _isReading;
        _isReading = true;
        var (count, isFirst, hasRestarted) = (0L, false, false);
        bool isMore;
        do
        {
            var from = _position;
            var page = await ReadPageAsync(from).ConfigureAwait(false);
            if (HasLost(page, from))
            {
                if (hasRestarted)
                {
                    throw new InvalidOperationException("The store has lost its entries twice within one reading.");
                }

                hasRestarted = _dataId != null;
                StartOver(page);
                isFirst = true;
                if (from != 0)
                {
                    isMore = true;
                    continue;
                }
            }

            count += Merge(page);
            _position = page.Position;
            isMore = page.HasMore;
            ThrowIfEndless(count, isMore && _position <= from);
        }
        while (isMore);

        var now = _time.GetTimestamp();
        Volatile.Write(ref _lastContact, now);
        if (_isYoung && !isFirst && count >= RepairReading)
        {
            // Another server fills the store again. It may have to try its next call again.
            Settle(now, TimeSpan.FromTicks(4 * CallTimeout.Ticks));
        }

        if (_isYoung && hasFailed)
        {
            // The other servers may not have reached the store either.
            Settle(now, SettlingTime);
        }

        _isReading = false;
        _hasRoundEnded |= _fullPosition == null;
        if (!_isRead && now >= _settlesAt)
        {
            _isRead = true;
            _log.RevocationsRead(_list.Count, _time.GetElapsedTime(_started));
        }
    }

    private void Settle(long now, TimeSpan time) => _settlesAt = Math.Max(_settlesAt, now + _time.ToTimestampUnits(time));

    // Goes on with a reading of the whole store, for one turn.
    private async Task ReadAgainAsync()
    {
        var start = _time.GetTimestamp();
        while (_fullPosition is { } from && _time.GetElapsedTime(start) < LongestTurn)
        {
            var page = await ReadPageAsync(from).ConfigureAwait(false);
            if (HasLost(page, from))
            {
                // The next turn reads what there is.
                StartOver(page);
                return;
            }

            Merge(page);
            _fullPosition = page.HasMore ? page.Position : null;
            _hasRoundEnded = !page.HasMore;
            ThrowIfEndless(_roundCount, isStuck: false);
        }
    }

    private Task<CognitoRevocationPage> ReadPageAsync(long from) =>
        CallAsync(cancelled => _store.ReadAsync(from, PageSize, cancelled), _loopPlaces, _stopping.Token);

    private bool HasLost(CognitoRevocationPage page, long from) => page.DataId != _dataId || page.Position < from;

    // The store is new to this server, or it has lost entries. Read all of it, and write what it lacks.
    private void StartOver(CognitoRevocationPage page)
    {
        _position = 0;
        BeginRound();
        _dataId = page.DataId;
        var left = SettlingTime - page.DataAge;
        _isYoung = left > TimeSpan.Zero;
        _settlesAt = _time.GetTimestamp() + (_isYoung ? _time.ToTimestampUnits(left < SettlingTime ? left : SettlingTime) : 0);
    }

    private int Merge(CognitoRevocationPage page)
    {
        var ignored = page.Ignored + _list.Merge(page.Revocations, _round);
        Interlocked.Add(ref _ignored, ignored);
        RevocationMetrics.RecordIgnoredEntries(ignored);
        var count = page.Revocations.Count + page.Ignored;
        _roundCount += count;
        return count;
    }

    // An attacker may have written entries without end.
    private void ThrowIfEndless(long count, bool isStuck)
    {
        if (count > (2L * _list.MaximumEntries) + PageSize || isStuck)
        {
            throw new InvalidOperationException("The store has more entries than the servers of this farm can have written.");
        }
    }

    private void BeginRound()
    {
        _round = _list.BeginRound();
        _roundCount = 0;
        _fullPosition = _position > 0 ? 0 : null;
        _hasRoundEnded = false;
        _mustRepair = true;
        _missing = null;
        _lastFullRead = _time.GetTimestamp();
        _clockStarted = ClockStarted;
    }

    private async Task RepairAsync()
    {
        // If a call fails, all that is missing is written again.
        var missing = _missing ?? Count(_list.GetMissing(_round)).GetEnumerator();
        _missing = null;
        _mustRepair = await WriteAsync(missing, LongestTurn, _stopping.Token).ConfigureAwait(false);
        _missing = _mustRepair ? missing : null;

        IEnumerable<StoredRevocation> Count(IEnumerable<StoredRevocation> revocations)
        {
            foreach (var revocation in revocations)
            {
                _repaired++;
                yield return revocation;
            }
        }
    }

    // A store of the application may throw before it returns a task, or block. A call that blocks keeps its place, so that a store that hangs
    // takes no more than these threads.
    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        if (!places.Wait(0, CancellationToken.None))
        {
            throw new TimeoutException("An earlier call of the store has not returned yet.");
        }

        return await TimeLimit.RunAsync(
            cancelled => Task.Run(() => Begin(cancelled), CancellationToken.None),
            CallTimeout,
            _time,
            static message => new TimeoutException(message),
            cancellationToken).ConfigureAwait(false);

        Task<T> Begin(CancellationToken cancelled)
        {
            try
            {
                return call(cancelled);
            }
            finally
            {
                places.Release();
            }
        }
    }

    private void Report(Exception? failure)
    {
        _isReachable = failure == null;
        var mayAccept = _isRead && (failure == null || !_refuses || TimeSinceContact < Tolerance);
        if (mayAccept != _isAvailable)
        {
            // The version changes after the state, so that each cached token meets the new state.
            _isAvailable = mayAccept;
            _list.ChangeVersion();
        }

        if (failure != null)
        {
            _failedSince ??= _time.GetTimestamp();
            if (!_isFailureLogged && _reports.Add(EventIds.RevocationStoreFailed, out _))
            {
                _isFailureLogged = true;
                _log.RevocationStoreFailed(Describe(failure), _isRead, _refuses);
            }
        }
        else if (_failedSince is { } since)
        {
            _failedSince = null;
            if (_isFailureLogged)
            {
                _isFailureLogged = false;
                _log.RevocationStoreRecovered(_time.GetElapsedTime(since));
            }
        }

        if (_repaired > 0 && !_mustRepair && _reports.Add(EventIds.RevocationsRepaired, out _))
        {
            _log.RevocationsRepaired(_repaired);
            _repaired = 0;
        }

        var ignored = Interlocked.Read(ref _ignored);
        if (ignored > 2 * _loggedIgnored)
        {
            // Each time the count has doubled, so that a flood does not flood the log.
            _loggedIgnored = ignored;
            _log.RevocationsIgnored(ignored);
        }
    }
}
