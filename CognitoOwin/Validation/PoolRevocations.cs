using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;

namespace CognitoOwin.Validation;

/// <summary>
/// Holds the revocations of one user pool. Readers take no lock. <see cref="CognitoRevocationList"/> lets one writer in at a
/// time.
/// </summary>
internal sealed class PoolRevocations(string userPoolId, CognitoRevocationList list)
{
    private static readonly int Kinds = Enum.GetValues(typeof(RevocationKind)).Length;

    // Most applications revoke in one or two ways. A token is not looked up in the other ways, which have no dictionary.
    private readonly ConcurrentDictionary<RevocationKey, RevocationEntry>?[] _entries =
        new ConcurrentDictionary<RevocationKey, RevocationEntry>?[Kinds];

    private volatile bool _isAccepted;

    private readonly HashSet<string> _clientIds = new(StringComparer.Ordinal);

    /// <summary>Gets the id of the pool. All revocations of the pool share this string.</summary>
    public string UserPoolId { get; } = userPoolId;

    /// <summary>
    /// Gets a number that changes whenever a revocation is added or <see cref="RetryAfter"/> becomes null or not null. A token that was
    /// accepted at a version is accepted as long as the version stays the same, because nothing else can refuse it here.
    /// </summary>
    public int Version => list.Version;

    /// <summary>Gets when to try again, if the revocations are not known well enough to accept a token; null if they are.</summary>
    public TimeSpan? RetryAfter => list.RetryAfter;

    /// <summary>
    /// Gets whether a validator accepts tokens of this pool. Otherwise another server or application revoked something of it.
    /// </summary>
    public bool IsAccepted => _isAccepted;

    /// <summary>Adds app clients whose tokens one more validator accepts.</summary>
    /// <param name="clientIds">Their ids.</param>
    public void AddClients(IEnumerable<string> clientIds)
    {
        _isAccepted = true;
        lock (_clientIds)
        {
            _clientIds.UnionWith(clientIds);
        }
    }

    public bool HasClient(string clientId)
    {
        lock (_clientIds)
        {
            return _clientIds.Contains(clientId);
        }
    }

    /// <summary>Finds out whether a token is revoked.</summary>
    /// <param name="token">The token.</param>
    /// <param name="keys">The keys of the token, which the first call that needs them creates.</param>
    /// <returns>Why it is; null if it is not.</returns>
    public RevocationKind? Find(CognitoToken token, ref RevocationKey?[]? keys)
    {
        for (var kind = (RevocationKind)0; (int)kind < Kinds; kind++)
        {
            if (Volatile.Read(ref _entries[(int)kind]) is { } entries
                && (keys ??= CreateKeys(token))[(int)kind] is { } key
                && entries.TryGetValue(key, out var entry)
                && entry.Refuses(GetTime(token, kind), list.Now))
            {
                return kind;
            }
        }

        return null;
    }

    public RevocationEntry? Get(RevocationKind kind, RevocationKey key) =>
        _entries[(int)kind] is { } entries && entries.TryGetValue(key, out var entry) ? entry : null;

    /// <summary>Adds or replaces an entry.</summary>
    /// <param name="kind">What is revoked.</param>
    /// <param name="key">Its id.</param>
    /// <param name="entry">The entry.</param>
    public void Set(RevocationKind kind, RevocationKey key, RevocationEntry entry)
    {
        ref var entries = ref _entries[(int)kind];
        if (entries == null)
        {
            // The list lets one writer in at a time, so one lock inside the dictionary is enough.
            Volatile.Write(ref entries, new ConcurrentDictionary<RevocationKey, RevocationEntry>(concurrencyLevel: 1, capacity: 31));
        }

        entries![key] = entry;
    }

    /// <summary>Gets the entries that are not found in the store, while others may add some.</summary>
    /// <param name="round">The last reading of the store.</param>
    /// <param name="now">The time now. Entries that have expired are left out.</param>
    /// <returns>The entries.</returns>
    public IEnumerable<StoredRevocation> GetMissing(int round, double now)
    {
        for (var kind = (RevocationKind)0; (int)kind < Kinds; kind++)
        {
            if (Volatile.Read(ref _entries[(int)kind]) is not { } entries)
            {
                continue;
            }

            foreach (var entry in entries)
            {
                if (entry.Value.Round != round && entry.Value.ExpiresAt > now)
                {
                    yield return new StoredRevocation(UserPoolId, kind, entry.Key, entry.Value);
                }
            }
        }
    }

    public void Remove(RevocationKind kind, RevocationKey key) => _entries[(int)kind]!.TryRemove(key, out _);

    // In the order of RevocationKind.
    private static RevocationKey?[] CreateKeys(CognitoToken token) =>
        [CreateKey(token.OriginJti), CreateKey(token.Subject), CreateKey(token.Jti), CreateKey(token.ClientId)];

    private static RevocationKey? CreateKey(string? id) => id == null ? null : new RevocationKey(id);

    // A sign-in and a token are revoked at any time.
    private static double GetTime(CognitoToken token, RevocationKind kind) => kind switch
    {
        RevocationKind.User => token.SignInTime,
        RevocationKind.Client => token.IssueTime,
        _ => double.NaN,
    };
}
