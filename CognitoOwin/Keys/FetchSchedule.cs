using System;
using System.Threading;

namespace CognitoOwin.Keys;

/// <summary>
/// Decides when the keys of one user pool are fetched: at a refresh that is due, and not during the cool-down after a fetch that
/// did not bring what was wanted. Only <see cref="IsDue"/> may be read without the fetcher's lock.
/// </summary>
internal sealed class FetchSchedule(CognitoKeysOptions options, TimeProvider time)
{
    private readonly bool _cachingEnabled = options.CachingEnabled;
    private readonly long _refreshInterval = time.ToTimestampUnits(options.RefreshInterval);
    private readonly long _minimumRefetchInterval = time.ToTimestampUnits(options.MinimumRefetchInterval);

    // Timestamps of the clock.
    private long _refreshDue = long.MinValue;
    private long? _coolDownUntil;
    private bool _hasRefusedLookup;

    /// <summary>Gets whether the keys should be fetched now. Every request asks, without a lock.</summary>
    public bool IsDue => time.GetTimestamp() >= Volatile.Read(ref _refreshDue);

    /// <summary>Gets why the last fetch failed; null if it succeeded, or none has ended.</summary>
    public JwksException? LastFailure { get; private set; }

    /// <summary>Gets how much of the cool-down is left.</summary>
    public TimeSpan CoolDownLeft
    {
        get
        {
            var now = time.GetTimestamp();
            return _cachingEnabled && _coolDownUntil is { } until && until > now ? time.GetElapsedTime(now, until) : TimeSpan.Zero;
        }
    }

    /// <summary>Makes no refresh due while a fetch runs.</summary>
    public void Suspend() => Volatile.Write(ref _refreshDue, long.MaxValue);

    /// <summary>Plans the next fetch after one has ended.</summary>
    /// <param name="failure">Why the fetch failed; null if it succeeded.</param>
    /// <param name="isKeyMissing">Whether the fetch did not bring the key that a request asked for.</param>
    public void Resume(JwksException? failure, bool isKeyMissing)
    {
        var now = time.GetTimestamp();
        LastFailure = failure;
        Volatile.Write(ref _refreshDue, now + (failure != null ? _minimumRefetchInterval : _refreshInterval));
        if (failure != null || isKeyMissing)
        {
            _coolDownUntil = now + _minimumRefetchInterval;
            _hasRefusedLookup = false;
        }
    }

    /// <summary>Checks whether a lookup must not start a fetch yet.</summary>
    /// <param name="hasUsableKeys">
    /// Whether keys are kept. After a fetch that succeeded, a lookup waits only as long as those keys can answer it.
    /// </param>
    /// <param name="left">How much of the cool-down is left.</param>
    /// <returns><see langword="true"/> if the lookup must wait; otherwise, <see langword="false"/>.</returns>
    public bool IsCoolingDown(bool hasUsableKeys, out TimeSpan left)
    {
        left = CoolDownLeft;
        return left > TimeSpan.Zero && (LastFailure != null || hasUsableKeys);
    }

    /// <summary>Notes that a lookup was refused during the cool-down.</summary>
    /// <returns><see langword="true"/> for the first one of a cool-down; otherwise, <see langword="false"/>.</returns>
    public bool TryNoteFirstRefusal() => !_hasRefusedLookup && (_hasRefusedLookup = true);
}
