using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Claims;
using CognitoOwin.Diagnostics;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>
/// Keeps revocations in the memory of this process. Without a <see cref="CognitoRevocationsOptions.Store"/>, they are lost when the
/// process ends, and other processes do not know them. Create one only to share it: see <see cref="CognitoRevocationsOptions.List"/>.
/// </summary>
public sealed class CognitoRevocationList : ICognitoRevocations
{
    private const string SignInMissing =
        "The token names no sign-in: it has no origin_jti. Enable token revocation for the app client, or call RevokeTokenAsync, "
        + "which refuses one token, or RevokeUserAsync, which refuses all tokens of a user.";

    private const string TokenIdMissing =
        "The token has no id (jti). Call RevokeSignInAsync, which refuses all tokens of a sign-in, or RevokeUserAsync, which refuses "
        + "all tokens of a user.";

    // A revocation adds one entry and removes up to this many, so that the list shrinks when entries expire.
    private const int RemovalsPerRevocation = 4;

    // Twice as many as UserPoolResolver keeps. Somebody who can write to the store must not fill the memory with invented pools.
    private const int MaximumPools = 20_000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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
    private int _round;
    private RevocationSync? _sync;

    /// <summary>Gets the number of revocations. A later revocation removes those that have expired.</summary>
    public int Count => Volatile.Read(ref _count);

    internal int Version => Volatile.Read(ref _version);

    /// <summary>
    /// Gets when to try again, if the store was not read since the start, or must be reached and cannot; null if tokens may be accepted.
    /// </summary>
    internal TimeSpan? RetryAfter => Volatile.Read(ref _sync)?.RetryAfter;

    /// <summary>Gets the state of the store; null if there is none.</summary>
    internal RevocationSync? Sync => Volatile.Read(ref _sync);

    internal int MaximumEntries => Volatile.Read(ref _maximumEntries);

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
    /// <param name="log">The log, for what happens with the store.</param>
    /// <exception cref="InvalidOperationException">
    /// Something was revoked already, and must have been kept for longer; or another validator has another store.
    /// </exception>
    internal void Attach(TokenValidationSettings settings, CognitoLog log)
    {
        lock (_writing)
        {
            if (_sync is { IsStopped: true })
            {
                _sync = null;
            }

            if (settings.Revocations.Store is { } store && _sync != null && !_sync.Uses(store))
            {
                // With two stores, a server would miss the revocations in one of them.
                throw new InvalidOperationException(
                    "Two middlewares or validators that share a list of revocations have different stores. Set the same Revocations.Store "
                    + "(UseRedis with the same server and prefix) in all of them, or in one.");
            }

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
            if (settings.Revocations.Store != null)
            {
                // From now on no token is accepted until the store was read.
                _sync ??= new RevocationSync(this, settings.Revocations.Store, _time, log);
                _sync.Apply(settings.Revocations.ReadInterval, settings.Revocations.WhenUnavailable == UnavailableStoreHandling.Refuse);
                ChangeVersion();
                _sync.Start();
            }
        }
    }

    /// <summary>Ends the measuring and the use of the store when the last validator is disposed.</summary>
    internal void Detach()
    {
        lock (_writing)
        {
            if (--_validators == 0)
            {
                RevocationMetrics.StopObserving(this);

                // Requests may still run. Keep the object: their revocations must not seem to be shared, and what is not known stays so.
                _sync?.Dispose();
            }
        }
    }

    /// <summary>Gets the revocations of a pool whose tokens a validator accepts.</summary>
    /// <param name="userPoolId">The pool's id.</param>
    /// <param name="clientIds">The ids of its app clients that the validator accepts.</param>
    /// <returns>The one object of this pool.</returns>
    internal PoolRevocations GetOrAddPool(string userPoolId, IEnumerable<string> clientIds)
    {
        var pool = GetOrAddPool(userPoolId);
        pool.AddClients(clientIds);
        return pool;
    }

    /// <summary>Makes every cached token be looked up again.</summary>
    internal void ChangeVersion() => Interlocked.Increment(ref _version);

    /// <summary>
    /// Adds what was read from the store. Whatever it says, no known entry is dropped or shortened. The list holds a tenth more than
    /// <see cref="CognitoRevocationsOptions.MaximumEntries"/>, because several servers may have added the last entry at the same time.
    /// </summary>
    /// <param name="page">What was read.</param>
    /// <param name="round">The reading of the whole store to which it belongs.</param>
    /// <returns>How many entries were malformed.</returns>
    /// <exception cref="InvalidOperationException">The list is full.</exception>
    internal int Merge(IReadOnlyList<CognitoStoredRevocation> page, int round)
    {
        var now = Now;
        var clockSkew = _clockSkew.TotalSeconds;
        var malformed = 0;
        lock (_writing)
        {
            var maximum = _maximumEntries + (_maximumEntries / 10);
            var hasChanged = false;
            try
            {
                foreach (var stored in page)
                {
                    if (!StoredRevocation.TryRead(stored, now, clockSkew, round, out var read)
                        || (!_pools.ContainsKey(read.UserPoolId) && _pools.Count >= MaximumPools))
                    {
                        malformed++;
                    }
                    else if (read.Entry.ExpiresAt > now
                        && TryAdd(GetOrAddPool(read.UserPoolId), read.Kind, read.Key, LimitMoment(read), now, maximum, ref hasChanged) == null)
                    {
                        throw new InvalidOperationException(
                            $"The store has more than {maximum.ToString(CultureInfo.InvariantCulture)} revocations that have not expired, so "
                            + "not all of them are known here. Raise cognito:RevocationsMaximumEntries on every server.");
                    }
                }
            }
            finally
            {
                if (hasChanged)
                {
                    ChangeVersion();
                }
            }
        }

        return malformed;
    }

    /// <summary>Begins a reading of the whole store.</summary>
    /// <returns>Its number, which no earlier reading has had, not even that of another store.</returns>
    internal int BeginRound() => Interlocked.Increment(ref _round);

    /// <summary>Gets the entries that the last reading of the store did not find there.</summary>
    /// <param name="round">The reading.</param>
    /// <returns>The entries that have not expired.</returns>
    internal IEnumerable<StoredRevocation> GetMissing(int round) => _pools.Values.SelectMany(pool => pool.GetMissing(round, Now));

    internal CognitoRevocationsHealth GetHealth() => new(Count, _maximumEntries, Sync);

    private static T Latest<T>(T one, T other)
        where T : IComparable<T> => one.CompareTo(other) < 0 ? other : one;

    private static string Print(string text) => RejectionText.MakePrintable(text, 100);

    private static string CheckId(string? id, string parameter, string missing)
    {
        if (string.IsNullOrEmpty(id))
        {
            throw new ArgumentException(missing, parameter);
        }

        if (id!.Length > StoredRevocation.MaximumIdLength)
        {
            throw new ArgumentException("The id has more than 256 characters. Cognito writes no such id.", parameter);
        }

        try
        {
            _ = StrictUtf8.GetByteCount(id);
            return id;
        }
        catch (EncoderFallbackException)
        {
            // Half a surrogate pair: a store would change it, and other servers would refuse another id.
            throw new ArgumentException("The id is not valid Unicode text. No token has such an id.", parameter);
        }
    }

    private PoolRevocations GetOrAddPool(string userPoolId) => _pools.GetOrAdd(userPoolId, id => new PoolRevocations(id, this));

    private PoolRevocations FindPool(string userPoolId)
    {
        if (userPoolId == null)
        {
            throw new ArgumentNullException(nameof(userPoolId));
        }

        if (_pools.TryGetValue(userPoolId, out var pool) && pool.IsAccepted)
        {
            return pool;
        }

        return MayBeResolved(userPoolId)
            ? GetOrAddPool(userPoolId, [])
            : throw new ArgumentException(
                $"The user pool \"{Print(userPoolId)}\" is not configured, so none of its tokens is accepted. Expected the id of "
                + $"a configured pool: {string.Join(", ", _pools.Values.Where(known => known.IsAccepted).Select(known => known.UserPoolId).OrderBy(id => id, StringComparer.Ordinal).Take(10))}.",
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

        var key = new RevocationKey(id);
        if (TryAdd(pool, kind, key, new RevocationEntry(StoredRevocation.RoundUp(moment), StoredRevocation.RoundUp(expiresAt))) is not { } entry)
        {
            return Task.FromException(new InvalidOperationException(
                $"Nothing was revoked, because the list of revocations is full: it has {_maximumEntries.ToString(CultureInfo.InvariantCulture)} "
                + "entries that have not expired. Raise cognito:RevocationsMaximumEntries. Let Cognito revoke refresh tokens, and say "
                + "so in the call, so that entries are kept for a day only."));
        }

        RevocationMetrics.RecordWrite(kind);

        // The entry applies here already. If its token has expired, nobody needs it.
        return Sync is { } sync && entry.ExpiresAt > Now
            ? sync.WriteAsync(new StoredRevocation(pool.UserPoolId, kind, key, entry), cancellationToken)
            : Task.CompletedTask;
    }

    // A moment in the future is cut at its first reading. Cut again at each later one, it would also refuse the sign-ins since the first.
    private RevocationEntry LimitMoment(StoredRevocation read) =>
        read.Entry.CutFrom > 0 && GetOrAddPool(read.UserPoolId).Get(read.Kind, read.Key) is { } known && known.CutFrom == read.Entry.CutFrom
            ? new RevocationEntry(known.Moment, read.Entry.ExpiresAt, read.Entry.Round, known.CutFrom)
            : read.Entry;

    private RevocationEntry? TryAdd(PoolRevocations pool, RevocationKind kind, RevocationKey key, RevocationEntry entry)
    {
        lock (_writing)
        {
            var now = Now;
            _hasRevoked = true;
            if (entry.ExpiresAt <= now)
            {
                // The token has expired.
                RemoveExpired(now);
                return entry;
            }

            var hasChanged = false;
            var added = TryAdd(pool, kind, key, entry, now, _maximumEntries, ref hasChanged);
            if (hasChanged)
            {
                ChangeVersion();
            }

            return added;
        }
    }

    // Returns the entry in the list; null if the list is full. The caller then changes the version if the entry refuses more than
    // before. The version must change after the entry: a request that reads the new version then finds the entry, and one that read the
    // old version looks again the next time.
    private RevocationEntry? TryAdd(
        PoolRevocations pool, RevocationKind kind, RevocationKey key, RevocationEntry entry, double now, int maximum, ref bool hasChanged)
    {
        RemoveExpired(now);
        if (pool.Get(kind, key) is { } known)
        {
            // An entry keeps its place among the expirations until that time comes.
            hasChanged |= !known.Covers(entry);
            entry = known.Merge(entry);
            pool.Set(kind, key, entry);
            return entry;
        }

        if (_count >= maximum && !TryRemoveExpired(now))
        {
            return null;
        }

        pool.Set(kind, key, entry);
        _expirations.Add(new RevocationExpirations.Item(entry.ExpiresAt, pool, kind, key));
        Volatile.Write(ref _count, _count + 1);
        hasChanged = true;
        return entry;
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
