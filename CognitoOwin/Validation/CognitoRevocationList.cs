using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Claims;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>
/// Keeps revocations in the memory of this process. They are lost when the process ends, and other processes do not know them.
/// Create one only to share it: see <see cref="CognitoRevocationsOptions.List"/>.
/// </summary>
public sealed class CognitoRevocationList : ICognitoRevocations
{
    private const int MaximumIdLength = 256;

    private const string SignInMissing =
        "The token names no sign-in: it has no origin_jti. Enable token revocation for the app client, or call RevokeTokenAsync, "
        + "which refuses one token, or RevokeUserAsync, which refuses all tokens of a user.";

    private const string TokenIdMissing =
        "The token has no id (jti). Call RevokeSignInAsync, which refuses all tokens of a sign-in, or RevokeUserAsync, which refuses "
        + "all tokens of a user.";

    // A revocation adds one entry and removes up to this many, so that the list shrinks when entries expire.
    private const int RemovalsPerRevocation = 4;

    // The longest time for which Cognito issues ID and access tokens.
    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
    private static readonly TimeSpan LongestTokenLifetime = TimeSpan.FromDays(1);

    // For the writers. A reader takes no lock.
    private readonly object _writing = new();
    private readonly ConcurrentDictionary<string, PoolRevocations> _pools = new(StringComparer.Ordinal);
    private readonly RevocationExpirations _expirations = new();

    // Guarded by _writing.
    private readonly HashSet<string> _configuredPools = new(StringComparer.Ordinal);
    private bool _hasResolver;
    private bool _hasRevoked;
    private TimeProvider _time = TimeProvider.System;
    private TimeSpan _refreshTokenLifetime;
    private TimeSpan _clockSkew;
    private int _maximumEntries;
    private int _validators;
    private int _count;
    private int _version = 1;

    /// <summary>Gets the number of revocations. A later revocation removes those that have expired.</summary>
    public int Count => Volatile.Read(ref _count);

    internal int Version => Volatile.Read(ref _version);

    /// <summary>Gets the time now, in seconds since 1970.</summary>
    internal double Now => NumericDate.FromDateTimeOffset(_time.GetUtcNow());

    /// <inheritdoc/>
    public Task RevokeSignInAsync(
        string userPoolId, string? originJti, bool isRefreshTokenRevoked = false, CancellationToken cancellationToken = default)
    {
        var pool = FindPool(userPoolId);
        var id = CheckId(originJti, nameof(originJti), SignInMissing);
        var expiresAt = GetExpiration(_time.GetUtcNow(), isRefreshTokenRevoked);
        return AddAsync(pool, RevocationKind.SignIn, id, double.PositiveInfinity, expiresAt, cancellationToken);
    }

    /// <inheritdoc/>
    public Task RevokeUserAsync(
        string userPoolId,
        string subject,
        DateTimeOffset? moment = null,
        bool areRefreshTokensRevoked = false,
        CancellationToken cancellationToken = default)
    {
        var pool = FindPool(userPoolId);
        var id = CheckId(subject, nameof(subject), "There is no user without an id (sub).");
        var latest = CheckMoment(moment);
        var expiresAt = GetExpiration(Latest(latest, _time.GetUtcNow()), areRefreshTokensRevoked);
        return AddAsync(
            pool, RevocationKind.User, id, NumericDate.FromDateTimeOffset(latest), expiresAt, cancellationToken);
    }

    /// <inheritdoc/>
    public Task RevokeTokenAsync(
        string userPoolId, string? jti, DateTimeOffset expiresAt, CancellationToken cancellationToken = default)
    {
        var pool = FindPool(userPoolId);
        var id = CheckId(jti, nameof(jti), TokenIdMissing);
        return AddAsync(
            pool,
            RevocationKind.Token,
            id,
            double.PositiveInfinity,
            NumericDate.FromDateTimeOffset(expiresAt) + _clockSkew.TotalSeconds,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task RevokeClientAsync(
        string userPoolId, string clientId, DateTimeOffset? moment = null, CancellationToken cancellationToken = default)
    {
        var pool = FindPool(userPoolId);
        if (!pool.HasClient(clientId ?? throw new ArgumentNullException(nameof(clientId))) && !MayBeResolved(userPoolId))
        {
            // A misspelt id would revoke nothing, and nobody would notice.
            throw new ArgumentException(
                $"The app client \"{Print(clientId)}\" of the user pool {pool.UserPoolId} is not configured, so none of its tokens is "
                + "accepted. Expected one of its client ids.",
                nameof(clientId));
        }

        var latest = CheckMoment(moment);
        var expiresAt = GetExpiration(Latest(latest, _time.GetUtcNow()), isRefreshTokenRevoked: true);
        return AddAsync(
            pool, RevocationKind.Client, clientId, NumericDate.FromDateTimeOffset(latest), expiresAt, cancellationToken);
    }

    /// <summary>
    /// Makes the list fit the settings of one more validator. The largest of each setting counts, so that no entry is dropped
    /// too early for one of them.
    /// </summary>
    /// <param name="settings">The settings.</param>
    /// <exception cref="InvalidOperationException">
    /// Something was revoked already, and must have been kept for longer.
    /// </exception>
    internal void Attach(TokenValidationSettings settings)
    {
        lock (_writing)
        {
            if (_hasRevoked
                && (settings.ClockSkew > _clockSkew || settings.Revocations.RefreshTokenLifetime > _refreshTokenLifetime))
            {
                // Entries may even have been removed that this validator needs.
                throw new InvalidOperationException(
                    "The list of revocations is in use, and its revocations are kept too short a time for a validator with this ClockSkew "
                    + $"({settings.ClockSkew}) and Revocations.RefreshTokenLifetime ({settings.Revocations.RefreshTokenLifetime}): "
                    + $"until now, the largest were {_clockSkew} and {_refreshTokenLifetime}. Create all validators that share a list "
                    + "before the first revocation, or set the same values for all of them.");
            }

            if (_validators++ == 0)
            {
                _time = settings.TimeProvider;
                RevocationMetrics.Observe(this);
            }

            _configuredPools.UnionWith(settings.UserPools.Select(static pool => pool.UserPoolId!));
            _hasResolver |= settings.UserPoolResolver != null;
            _maximumEntries = Math.Max(_maximumEntries, settings.Revocations.MaximumEntries);
            _refreshTokenLifetime = Latest(_refreshTokenLifetime, settings.Revocations.RefreshTokenLifetime);
            _clockSkew = Latest(_clockSkew, settings.ClockSkew);
        }
    }

    /// <summary>Ends the measuring when the last validator is disposed.</summary>
    internal void Detach()
    {
        lock (_writing)
        {
            if (--_validators == 0)
            {
                RevocationMetrics.StopObserving(this);
            }
        }
    }

    /// <summary>Gets the revocations of a pool whose tokens a validator accepts.</summary>
    /// <param name="userPoolId">The pool's id.</param>
    /// <param name="clientIds">The ids of its app clients that the validator accepts.</param>
    /// <returns>The one object of this pool.</returns>
    internal PoolRevocations GetOrAddPool(string userPoolId, IEnumerable<string> clientIds)
    {
        var pool = _pools.GetOrAdd(userPoolId, id => new PoolRevocations(id, this));
        pool.AddClients(clientIds);
        return pool;
    }

    internal CognitoRevocationsHealth GetHealth() => new(Count, _maximumEntries);

    private static T Latest<T>(T one, T other)
        where T : IComparable<T> => one.CompareTo(other) < 0 ? other : one;

    private static string Print(string text) => RejectionText.MakePrintable(text, 100);

    private static string CheckId(string? id, string parameter, string missing)
    {
        if (string.IsNullOrEmpty(id))
        {
            throw new ArgumentException(missing, parameter);
        }

        return id!.Length <= MaximumIdLength
            ? id
            : throw new ArgumentException("The id has more than 256 characters. Cognito writes no such id.", parameter);
    }

    private PoolRevocations FindPool(string userPoolId)
    {
        if (userPoolId == null)
        {
            throw new ArgumentNullException(nameof(userPoolId));
        }

        if (_pools.TryGetValue(userPoolId, out var pool))
        {
            return pool;
        }

        return MayBeResolved(userPoolId)
            ? GetOrAddPool(userPoolId, [])
            : throw new ArgumentException(
                $"The user pool \"{Print(userPoolId)}\" is not configured, so none of its tokens is accepted. Expected the id of "
                + $"a configured pool: {string.Join(", ", _pools.Keys.OrderBy(id => id, StringComparer.Ordinal).Take(10))}.",
                nameof(userPoolId));
    }

    // A pool of UserPoolResolver may get its first token, or a new app client, after the revocation.
    private bool MayBeResolved(string userPoolId)
    {
        lock (_writing)
        {
            return _hasResolver && !_configuredPools.Contains(userPoolId) && CognitoUserPool.GetRegion(userPoolId) != null;
        }
    }

    // Without a moment, the revocation must cover every token that Cognito has issued until now. Its clock may be ahead of ours.
    private DateTimeOffset CheckMoment(DateTimeOffset? moment)
    {
        var limit = _time.GetUtcNow() + _clockSkew;
        return moment is not { } given || given <= limit
            ? moment ?? limit
            : throw new ArgumentOutOfRangeException(
                nameof(moment),
                given,
                "The moment is in the future. A revocation refuses tokens that exist; it does not lock anyone out.");
    }

    // Cognito's clock may be ahead of ours, so a token may be issued one clock skew later than it seems to us. It is accepted for
    // one more clock skew after it has expired.
    private double GetExpiration(DateTimeOffset from, bool isRefreshTokenRevoked)
    {
        var lastToken = isRefreshTokenRevoked ? from : from + _refreshTokenLifetime;
        return NumericDate.FromDateTimeOffset(lastToken + LongestTokenLifetime + _clockSkew + _clockSkew);
    }

    private Task AddAsync(
        PoolRevocations pool, RevocationKind kind, string id, double moment, double expiresAt, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        return TryAdd(pool, kind, new RevocationKey(id), new RevocationEntry(moment, expiresAt))
            ? Task.CompletedTask
            : Task.FromException(new InvalidOperationException(
                $"Nothing was revoked, because the list of revocations is full: it has {_maximumEntries.ToString(CultureInfo.InvariantCulture)} "
                + "entries that have not expired. Raise cognito:RevocationsMaximumEntries. Let Cognito revoke refresh tokens, and say "
                + "so in the call, so that entries are kept for a day only."));
    }

    private bool TryAdd(PoolRevocations pool, RevocationKind kind, RevocationKey key, RevocationEntry entry)
    {
        lock (_writing)
        {
            var now = Now;
            _hasRevoked = true;
            RemoveExpired(now);
            if (entry.ExpiresAt <= now)
            {
                // The token has expired.
                return true;
            }

            if (pool.Get(kind, key) is { } known)
            {
                // An entry keeps its place among the expirations until that time comes.
                pool.Set(kind, key, known.Merge(entry));
            }
            else if (_count < _maximumEntries || TryRemoveExpired(now))
            {
                pool.Set(kind, key, entry);
                _expirations.Add(new RevocationExpirations.Item(entry.ExpiresAt, pool, kind, key));
                Volatile.Write(ref _count, _count + 1);
            }
            else
            {
                return false;
            }

            // Change the version after the entry. A request that reads the new version then finds the entry, and one that read
            // the old version looks again the next time.
            Volatile.Write(ref _version, unchecked(_version + 1));
            return true;
        }
    }

    private void RemoveExpired(double now)
    {
        for (var i = 0; i < RemovalsPerRevocation && TryTakeDue(now, out _); i++)
        {
        }
    }

    // A full list must not refuse a revocation for entries that have expired. So go on until one is removed.
    private bool TryRemoveExpired(double now)
    {
        while (TryTakeDue(now, out var isRemoved))
        {
            if (isRemoved)
            {
                return true;
            }
        }

        return false;
    }

    // Takes the entry that was to expire first. If a later revocation has prolonged it, it gets its new place and stays.
    private bool TryTakeDue(double now, out bool isRemoved)
    {
        isRemoved = false;
        if (!_expirations.TryTake(now, out var item))
        {
            return false;
        }

        var expiresAt = item.Pool.Get(item.Kind, item.Key)!.Value.ExpiresAt;
        if (expiresAt > now)
        {
            _expirations.Add(new RevocationExpirations.Item(expiresAt, item.Pool, item.Kind, item.Key));
            return true;
        }

        item.Pool.Remove(item.Kind, item.Key);
        Volatile.Write(ref _count, _count - 1);
        isRemoved = true;
        return true;
    }
}
