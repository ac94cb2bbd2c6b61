using System;
using System.Threading;

namespace CognitoOwin.Keys;

/// <summary>
/// Decides when the keys of one address are fetched: at a refresh that is due, and not during the cool-down after a fetch that
/// failed or did not bring the wanted key. Only <see cref="IsDue"/> and <see cref="LastFailure"/> may be read without the pool's lock.
/// </summary>
internal sealed class FetchSchedule(CognitoKeysOptions options, TimeSpan clockSkew, TimeProvider time)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    private readonly bool _cachingEnabled = options.CachingEnabled;
    private readonly TimeSpan _refreshInterval = options.RefreshInterval;
    private readonly TimeSpan _minimumRefetchInterval = options.MinimumRefetchInterval;

    // Timestamps of the clock.
    private long _refreshDue = long.MinValue;
    private long? _coolDownUntil;

    private TimeSpan _nextWait = ShortestWait;
    private DateTimeOffset _lastStart;
    private volatile JwksException? _lastFailure;
    private bool _hasRefusedLookup;

    /// <summary>Gets whether the keys should be fetched now. Every request asks, without a lock.</summary>
    public bool IsDue => time.GetTimestamp() >= Volatile.Read(ref _refreshDue);

    /// <summary>Gets why the last fetch failed; null if it succeeded, or none has ended.</summary>
    public JwksException? LastFailure => _lastFailure;

    /// <summary>Gets how much of the cool-down is left.</summary>
    public TimeSpan CoolDownLeft
    {
        get
        {
            var now = time.GetTimestamp();
            return _cachingEnabled && _coolDownUntil is { } until && until > now ? time.GetElapsedTime(now, until) : TimeSpan.Zero;
        }
    }

    /// <summary>Notes the start of a fetch, and makes no refresh due while it runs.</summary>
    public void Suspend()
    {
        _lastStart = time.GetUtcNow();
        Volatile.Write(ref _refreshDue, long.MaxValue);
    }

    /// <summary>Plans the next fetch after one has ended.</summary>
    /// <param name="failure">Why the fetch failed; null if it succeeded.</param>
    /// <param name="isKeyMissing">Whether the fetch did not bring the key that a request asked for.</param>
    /// <param name="hasUsableKeys">Whether any address of the pool has usable keys.</param>
    public void Resume(JwksException? failure, bool isKeyMissing, bool hasUsableKeys)
    {
        var now = time.GetTimestamp();
        var wait = _minimumRefetchInterval;
        if (failure != null && !hasUsableKeys)
        {
            // Nobody can sign in, so try again soon. A new process must not stay unusable for long after a short outage.
            wait = _nextWait < wait ? _nextWait : wait;
            _nextWait = wait + wait;
        }
        else
        {
            _nextWait = ShortestWait;
        }

        _lastFailure = failure;
        Volatile.Write(ref _refreshDue, now + time.ToTimestampUnits(failure != null ? wait : _refreshInterval));
        if (failure != null || isKeyMissing)
        {
            _coolDownUntil = now + time.ToTimestampUnits(wait);
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
        return left > TimeSpan.Zero && (_lastFailure != null || hasUsableKeys);
    }

    /// <summary>
    /// Checks whether the last fetch would have brought the key of a token. Cognito publishes a key before it signs with it.
    /// </summary>
    /// <param name="issuedAt"><c>iat</c> of the token; null if it is absent.</param>
    /// <returns><see langword="true"/> if the key would be known; <see langword="false"/> if it may be newer.</returns>
    public bool WouldKnowKey(DateTimeOffset? issuedAt) =>
        issuedAt is not { } issued || issued > time.GetUtcNow() || _lastStart > issued + clockSkew;

    /// <summary>Marks that a lookup was refused during the cool-down.</summary>
    /// <returns><see langword="true"/> for the first one of a cool-down; otherwise, <see langword="false"/>.</returns>
    public bool MarkRefused() => !_hasRefusedLookup && (_hasRefusedLookup = true);
}
