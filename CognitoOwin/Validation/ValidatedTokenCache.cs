using System;
using System.Collections.Concurrent;
using System.Threading;

namespace CognitoOwin.Validation;

/// <summary>
/// Remembers accepted tokens by their whole text, and never a refused one. It has two generations. A new token goes into the
/// young generation. When that is full it becomes the old one, and the previous old generation is removed in one step. A token of
/// the old generation that is used moves to the young one. A hit therefore takes no lock, an eviction costs nothing per entry,
/// and the evicted tokens are those that were not used for the longest time.
/// </summary>
internal sealed class ValidatedTokenCache : IDisposable
{
    // Cognito's tokens have 1,000 to 2,000 characters. A longer token takes the room of several, so that the room bounds the
    // memory for tokens of every length.
    private const int CharactersPerEntry = 4096;

    private readonly int _generationRoom;
    private readonly bool _hasOldGeneration;
    private readonly Func<CognitoTokenValidationResult, bool> _isStillValid;
    private readonly ConcurrentDictionary<TokenText, Lazy<CognitoTokenValidationResult>> _pending = new(TokenText.Comparer);
    private Generations _generations = new(new Generation(), new Generation());

    /// <param name="maximumEntries">How many tokens are remembered at most.</param>
    /// <param name="isStillValid">Checks whether a remembered token may still be accepted.</param>
    public ValidatedTokenCache(int maximumEntries, Func<CognitoTokenValidationResult, bool> isStillValid)
    {
        _generationRoom = Math.Max(1, maximumEntries / 2);
        _hasOldGeneration = maximumEntries > 1;
        _isStillValid = isStillValid;
        TokenCacheMetrics.Observe(this);
    }

    /// <summary>Gets the number of remembered tokens, for the metrics.</summary>
    public int Count
    {
        get
        {
            var generations = Volatile.Read(ref _generations);
            return generations.Young.Tokens.Count + generations.Old.Tokens.Count;
        }
    }

    /// <summary>Finds a token that is remembered and still valid.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The result of its validation; null if the token must be validated.</returns>
    public CognitoTokenValidationResult? Find(TokenText token)
    {
        var found = FindValid(token);
        TokenCacheMetrics.RecordLookup(found != null);
        return found;
    }

    /// <summary>
    /// Verifies a token, and remembers it if it is accepted. Callers with the same token wait for the same result. There is at
    /// most one pending verification per thread, so a flood of bad tokens takes no memory.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="verify">Verifies it.</param>
    /// <returns>The result.</returns>
    public CognitoTokenValidationResult GetOrVerify(TokenText token, Func<CognitoTokenValidationResult> verify)
    {
        // Look again: another request may have finished the verification since this one looked.
        var ours = new Lazy<CognitoTokenValidationResult>(() => FindValid(token) ?? Keep(token, verify()));
        var shared = _pending.GetOrAdd(token, ours);
        try
        {
            return shared.Value;
        }
        finally
        {
            if (shared == ours)
            {
                _pending.TryRemove(token, out _);
            }
        }
    }

    /// <summary>Ends the measuring. Pending requests still find the remembered tokens.</summary>
    public void Dispose() => TokenCacheMetrics.StopObserving(this);

    private CognitoTokenValidationResult? FindValid(TokenText token)
    {
        var (young, old) = Volatile.Read(ref _generations);
        if (young.Tokens.TryGetValue(token, out var found))
        {
            return _isStillValid(found) ? found : Remove(young, token);
        }

        if (!old.Tokens.TryGetValue(token, out found))
        {
            return null;
        }

        if (!_isStillValid(found))
        {
            return Remove(old, token);
        }

        // Add before removing, so that the token is in one of the generations at any time. Add the token's own text instead of a
        // part of this request's header.
        found = Add(new TokenText(found.Token!.RawToken), found);
        Remove(old, token);
        return found;
    }

    private CognitoTokenValidationResult Keep(TokenText token, CognitoTokenValidationResult outcome) =>
        outcome.IsValid ? Add(token, outcome) : outcome;

    private CognitoTokenValidationResult Add(TokenText token, CognitoTokenValidationResult accepted)
    {
        var room = CountRoom(token);
        while (true)
        {
            var generations = Volatile.Read(ref _generations);
            var young = generations.Young;

            // Reserve the room before adding the token, so that no race adds more tokens than there is room for.
            if (Interlocked.Add(ref young.RoomTaken, room) <= _generationRoom)
            {
                // Two requests that add one token at the same time reserve its room twice. The generation then ends a little
                // earlier.
                return young.Tokens.GetOrAdd(token, accepted);
            }

            Interlocked.Add(ref young.RoomTaken, -room);
            var next = new Generations(new Generation(), _hasOldGeneration ? young : new Generation());
            if (Interlocked.CompareExchange(ref _generations, next, generations) == generations)
            {
                TokenCacheMetrics.RecordEvictions((_hasOldGeneration ? generations.Old : young).Tokens.Count);
            }
        }
    }

    private CognitoTokenValidationResult? Remove(Generation generation, TokenText token)
    {
        if (generation.Tokens.TryRemove(token, out _))
        {
            Interlocked.Add(ref generation.RoomTaken, -CountRoom(token));
        }

        return null;
    }

    private int CountRoom(TokenText token) => Math.Min(_generationRoom, 1 + ((token.Length - 1) / CharactersPerEntry));

    private sealed class Generation
    {
        public ConcurrentDictionary<TokenText, CognitoTokenValidationResult> Tokens { get; } = new(TokenText.Comparer);

        // Counted here, because ConcurrentDictionary.Count takes all of its locks.
        public int RoomTaken;
    }

    // One object holds both generations, so that they change together.
    private sealed record Generations(Generation Young, Generation Old);
}
