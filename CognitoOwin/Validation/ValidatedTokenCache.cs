using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Validation;

/// <summary>
/// Caches accepted tokens by their whole text, and never a refused one. A hit takes no lock. If there is no room for a new token, the
/// CLOCK algorithm chooses the tokens to remove: a hand moves over all tokens in a ring, spares a token that was used since the last
/// time, and removes the first one that was not. This is nearly the token that was not used for the longest time.
/// </summary>
internal sealed class ValidatedTokenCache : IDisposable
{
    // Cognito's tokens have 1,000 to 2,000 characters. A longer token takes the room of several, so that the room bounds the
    // memory for tokens of every length.
    private const int CharactersPerEntry = 4096;

    // The hand spares at most this many tokens before it removes one, so that no request pays for a walk around the whole ring.
    private const int MaximumSpared = 64;

    private readonly int _maximumEntries;
    private readonly Func<CognitoTokenValidationResult, bool> _isStillValid;
    private readonly ConcurrentDictionary<TokenText, TaskCompletionSource<CognitoTokenValidationResult>> _pending = new(TokenText.Comparer);
    private readonly ConcurrentDictionary<TokenText, Entry> _entries = new(TokenText.Comparer);

    // Guards the ring and all writes to the entries. A new token takes it once, after its signature was verified.
    private readonly object _gate = new();
    private readonly List<Entry?> _ring = [];
    private readonly Stack<int> _freeSlots = new();
    private int _hand;
    private int _roomTaken;
    private int _count;

    /// <param name="maximumEntries">How many tokens are cached at most.</param>
    /// <param name="isStillValid">Checks whether a cached token may still be accepted.</param>
    public ValidatedTokenCache(int maximumEntries, Func<CognitoTokenValidationResult, bool> isStillValid)
    {
        _maximumEntries = maximumEntries;
        _isStillValid = isStillValid;
        TokenCacheMetrics.Observe(this);
    }

    /// <summary>Gets the number of cached tokens, for the metrics.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Finds a token that is cached and still valid.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The result of its validation; null if the token must be validated.</returns>
    public CognitoTokenValidationResult? Find(TokenText token)
    {
        var found = FindValid(token);
        TokenCacheMetrics.RecordLookup(found != null);
        return found;
    }

    /// <summary>
    /// Verifies a token, and caches it if it is accepted. Callers with the same token wait for the same result. There is at
    /// most one pending verification per thread, so a flood of bad tokens takes no memory.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="verify">Verifies it.</param>
    /// <returns>The result.</returns>
    public CognitoTokenValidationResult GetOrVerify(TokenText token, Func<CognitoTokenValidationResult> verify)
    {
        var ours = new TaskCompletionSource<CognitoTokenValidationResult>();
        var shared = _pending.GetOrAdd(token, ours);
        if (shared != ours)
        {
            // Never run the other caller's function: its buffer belongs to other code once that caller has ended.
            return shared.Task.GetAwaiter().GetResult();
        }

        try
        {
            // Look again: another request may have finished the verification since this one looked.
            var result = FindValid(token) ?? Keep(token, verify());
            ours.SetResult(result);
            return result;
        }
        finally
        {
            // There is no result if the host aborted the thread.
            ours.TrySetCanceled();
            _pending.TryRemove(token, out _);
        }
    }

    /// <summary>Ends the measuring. Pending requests still find the cached tokens.</summary>
    public void Dispose() => TokenCacheMetrics.StopObserving(this);

    private CognitoTokenValidationResult? FindValid(TokenText token)
    {
        // A token that is no longer valid stays until the hand reaches it, so that this path needs no lock at all.
        if (!_entries.TryGetValue(token, out var entry) || !_isStillValid(entry.Accepted))
        {
            return null;
        }

        entry.MarkUsed();
        return entry.Accepted;
    }

    private CognitoTokenValidationResult Keep(TokenText token, CognitoTokenValidationResult outcome)
    {
        if (!outcome.IsValid)
        {
            return outcome;
        }

        var evictions = 0;
        lock (_gate)
        {
            // The token was cached before, and the pool did not list its key for a time.
            if (_entries.TryGetValue(token, out var outdated))
            {
                Remove(outdated);
            }

            var entry = new Entry(token, outcome, Math.Min(_maximumEntries, 1 + ((token.Length - 1) / CharactersPerEntry)));
            for (; _roomTaken + entry.Room > _maximumEntries; evictions++)
            {
                Remove(ChooseVictim());
            }

            Insert(entry);
        }

        TokenCacheMetrics.RecordEvictions(evictions);
        return outcome;
    }

    // Call the following methods under the lock.
    private Entry ChooseVictim()
    {
        var spared = 0;
        while (true)
        {
            _hand = (_hand + 1) % _ring.Count;
            if (_ring[_hand] is not { } entry)
            {
                continue;
            }

            if (spared == MaximumSpared || !entry.TryClearUsed() || !_isStillValid(entry.Accepted))
            {
                return entry;
            }

            spared++;
        }
    }

    private void Insert(Entry entry)
    {
        if (_freeSlots.Count > 0)
        {
            entry.Slot = _freeSlots.Pop();
            _ring[entry.Slot] = entry;
        }
        else
        {
            entry.Slot = _ring.Count;
            _ring.Add(entry);
        }

        _entries[entry.Token] = entry;
        _roomTaken += entry.Room;
        Volatile.Write(ref _count, _count + 1);
    }

    private void Remove(Entry entry)
    {
        _ring[entry.Slot] = null;
        _freeSlots.Push(entry.Slot);
        _entries.TryRemove(entry.Token, out _);
        _roomTaken -= entry.Room;
        Volatile.Write(ref _count, _count - 1);
    }

    private sealed class Entry(TokenText token, CognitoTokenValidationResult accepted, int room)
    {
        private volatile bool _isUsed;

        public TokenText Token { get; } = token;

        public CognitoTokenValidationResult Accepted { get; } = accepted;

        /// <summary>Gets how many tokens of usual length this one counts for.</summary>
        public int Room { get; } = room;

        /// <summary>Gets or sets the place in the ring.</summary>
        public int Slot { get; set; }

        // Read before writing, so that a token that many threads use stays in the caches of all processors.
        public void MarkUsed()
        {
            if (!_isUsed)
            {
                _isUsed = true;
            }
        }

        public bool TryClearUsed()
        {
            var wasUsed = _isUsed;
            _isUsed = false;
            return wasUsed;
        }
    }
}
