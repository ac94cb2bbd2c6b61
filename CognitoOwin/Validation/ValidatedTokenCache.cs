using System;
using System.Collections.Concurrent;
using System.Threading;

namespace CognitoOwin.Validation;

/// <summary>
/// Tokens that were accepted, by their whole text; never one that was refused. Two generations bound it: tokens go into the
/// young one; when that is full it becomes the old one, and what was the old one is let go in one step. A token that is used
/// meanwhile moves on to the young one. So a hit takes no lock, an eviction costs nothing per entry, and what is let go is
/// what was not used for the longest time.
/// </summary>
internal sealed class ValidatedTokenCache : IDisposable
{
    // Cognito's tokens have 1,000 to 2,000 characters. A longer one takes the room of several, so that as many tokens of the
    // greatest length as there is room for take no more memory than that.
    private const int CharactersOfAnEntry = 4096;

    private readonly int _generationRoom;
    private readonly bool _hasOldGeneration;
    private readonly Func<CognitoTokenValidationResult, bool> _isStillValid;
    private readonly ConcurrentDictionary<TokenText, Lazy<CognitoTokenValidationResult>> _underWay = new(TokenText.Comparer);
    private Generations _generations = new(new Generation(), new Generation());

    /// <param name="maximumEntries">How many tokens are remembered at the most.</param>
    /// <param name="isStillValid">Whether a token that was accepted is to be accepted now.</param>
    public ValidatedTokenCache(int maximumEntries, Func<CognitoTokenValidationResult, bool> isStillValid)
    {
        _generationRoom = Math.Max(1, maximumEntries / 2);
        _hasOldGeneration = maximumEntries > 1;
        _isStillValid = isStillValid;
        TokenCacheMetrics.Observe(this);
    }

    /// <summary>How many tokens are remembered, for the metrics.</summary>
    public int Count
    {
        get
        {
            var generations = Volatile.Read(ref _generations);
            return generations.Young.Tokens.Count + generations.Old.Tokens.Count;
        }
    }

    /// <summary>What was found for this token earlier and still holds.</summary>
    public CognitoTokenValidationResult? Find(TokenText token)
    {
        var found = FindValid(token);
        TokenCacheMetrics.RecordLookup(found != null);
        return found;
    }

    /// <summary>
    /// Verifies a token; those who come with the same one meanwhile wait for the same outcome. It is kept if it is acceptance.
    /// What is under way is at the most one verification a thread, so that no flood of bad tokens grows it.
    /// </summary>
    public CognitoTokenValidationResult GetOrVerify(TokenText token, Func<CognitoTokenValidationResult> verify)
    {
        // Looked for once more: another request may have been done with it since this one looked.
        var ours = new Lazy<CognitoTokenValidationResult>(() => FindValid(token) ?? Keep(token, verify()));
        var shared = _underWay.GetOrAdd(token, ours);
        try
        {
            return shared.Value;
        }
        finally
        {
            if (shared == ours)
            {
                _underWay.TryRemove(token, out _);
            }
        }
    }

    /// <summary>Ends the measuring. Requests that are still under way find what they found before.</summary>
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

        // Young first: at no time may the token be in neither. And as its own text, not as a part of this request's header.
        found = Add(new TokenText(found.Token!.RawToken), found);
        Remove(old, token);
        return found;
    }

    private CognitoTokenValidationResult Keep(TokenText token, CognitoTokenValidationResult outcome) =>
        outcome.IsValid ? Add(token, outcome) : outcome;

    private CognitoTokenValidationResult Add(TokenText token, CognitoTokenValidationResult accepted)
    {
        var room = RoomOf(token);
        while (true)
        {
            var generations = Volatile.Read(ref _generations);
            var young = generations.Young;

            // The room is taken before the token goes in, so that no race puts in more than there is room for.
            if (Interlocked.Add(ref young.RoomTaken, room) <= _generationRoom)
            {
                // Two who add one token at once take its room twice: the generation ends that much earlier.
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
            Interlocked.Add(ref generation.RoomTaken, -RoomOf(token));
        }

        return null;
    }

    private int RoomOf(TokenText token) => Math.Min(_generationRoom, 1 + ((token.Length - 1) / CharactersOfAnEntry));

    private sealed class Generation
    {
        public ConcurrentDictionary<TokenText, CognitoTokenValidationResult> Tokens { get; } = new(TokenText.Comparer);

        // ConcurrentDictionary.Count takes all of its locks.
        public int RoomTaken;
    }

    // In one object, so that they change together.
    private sealed record Generations(Generation Young, Generation Old);
}
