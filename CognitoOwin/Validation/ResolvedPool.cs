using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using CognitoOwin.Keys;

namespace CognitoOwin.Validation;

/// <summary>
/// Holds a user pool as the application's resolver returned it, with its issuers, rules and keys. When the resolver returns other
/// settings, another object replaces this one. Every request reads it without a lock.
/// </summary>
internal sealed class ResolvedPool
{
    private static readonly TimeSpan LongestRenewalInterval = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, TrustedIssuer> _issuers;
    private readonly TimeProvider _time;
    private readonly Action<ResolvedPool> _startRenewal;
    private readonly TimeSpan _renewalInterval;
    private readonly long _staleLifetime;
    private volatile bool _isDropped;

    // Timestamps of the clock.
    private long _usableUntil;
    private long _renewalDue;
    private long _mustWaitFrom;
    private long _lastUse;

    /// <param name="userPool">The pool, which nobody changes.</param>
    /// <param name="keys">The keys of the pool.</param>
    /// <param name="settings">The rules for pools that have none of their own.</param>
    /// <param name="startRenewal">Starts a renewal in the background.</param>
    public ResolvedPool(
        CognitoUserPool userPool, PoolKeys keys, TokenValidationSettings settings, Action<ResolvedPool> startRenewal)
    {
        var pool = new TrustedPool(userPool, settings, isResolved: true);
        var staleLifetime = settings.Keys.StaleLifetime;
        UserPool = userPool;
        Keys = keys;
        _issuers = keys.ByIssuer.ToDictionary(
            issuer => issuer.Key, issuer => new TrustedIssuer(issuer.Key, pool, issuer.Value, this), StringComparer.Ordinal);
        _time = settings.TimeProvider;
        _startRenewal = startRenewal;
        _staleLifetime = _time.ToTimestampUnits(staleLifetime);

        // Leave time for a renewal before the pool is too old.
        _renewalInterval = TimeSpan.FromTicks(Math.Min(LongestRenewalInterval.Ticks, staleLifetime.Ticks / 2));
        _lastUse = _time.GetTimestamp();
        MarkRenewed();
    }

    public CognitoUserPool UserPool { get; }

    public PoolKeys Keys { get; }

    /// <summary>Gets the time of the last use, to about a second, as a timestamp of the clock.</summary>
    public long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>Gets whether tokens may be accepted by this object's rules.</summary>
    public bool IsUsable => IsUsableAt(_time.GetTimestamp());

    /// <summary>Notes that a request uses the pool, and starts a renewal that is due.</summary>
    /// <returns>
    /// <see langword="true"/> if the pool is usable; otherwise, or if the request must wait for the renewal, <see langword="false"/>.
    /// It must wait if the pool was not used for long and may have changed or been removed since.
    /// </returns>
    public bool TryUse()
    {
        var now = _time.GetTimestamp();
        if (!IsUsableAt(now))
        {
            return false;
        }

        // Write only once per second, because the processors of concurrent requests share the value.
        if (now - LastUse >= _time.TimestampFrequency)
        {
            Volatile.Write(ref _lastUse, now);
        }

        if (now >= Volatile.Read(ref _renewalDue))
        {
            _startRenewal(this);
        }

        return now < Volatile.Read(ref _mustWaitFrom);
    }

    /// <summary>Finds an issuer of the pool.</summary>
    /// <param name="name">The exact value of <c>iss</c>.</param>
    /// <returns>The issuer; null if the pool does not have it.</returns>
    public TrustedIssuer? FindIssuer(string name) => _issuers.TryGetValue(name, out var issuer) ? issuer : null;

    /// <summary>Marks that the resolver has returned the same settings.</summary>
    public void MarkRenewed()
    {
        Volatile.Write(ref _usableUntil, _time.GetTimestamp() + _staleLifetime);
        ScheduleRenewal(_renewalInterval);
    }

    /// <summary>Marks that a renewal runs, so that no other starts.</summary>
    public void BeginRenewal() => Volatile.Write(ref _renewalDue, long.MaxValue);

    /// <summary>Marks that the renewal failed, so that requests do not wait for its end.</summary>
    public void FailRenewal() => Volatile.Write(ref _mustWaitFrom, long.MaxValue);

    /// <summary>Plans the next renewal.</summary>
    /// <param name="wait">The time until it is due.</param>
    public void ScheduleRenewal(TimeSpan wait)
    {
        var due = _time.GetTimestamp() + _time.ToTimestampUnits(wait);
        Volatile.Write(ref _mustWaitFrom, due + _time.ToTimestampUnits(_renewalInterval));
        Volatile.Write(ref _renewalDue, due);
    }

    /// <summary>Marks that the pool was changed, removed or evicted. Its rules must not accept another token.</summary>
    public void Drop() => _isDropped = true;

    private bool IsUsableAt(long now) => !_isDropped && now < Volatile.Read(ref _usableUntil);
}
