using System;
using System.Collections.Concurrent;
using System.Threading;

namespace CognitoOwin.Validation;

/// <summary>
/// Tokens that were accepted, by their whole text. Two generations bound it: tokens go into the young one; when that has half
/// of the room it becomes the old one, and what was the old one is let go in one step. A token that is used meanwhile
/// moves on to the young one. So a hit takes no lock, an eviction costs nothing per entry, and what is let go is what
/// was not used for the longest time.
/// </summary>
internal sealed class ValidatedTokenCache
{
    private readonly int _generationSize;
    private ConcurrentDictionary<string, CognitoTokenValidationResult> _young = NewGeneration();
    private ConcurrentDictionary<string, CognitoTokenValidationResult> _old = NewGeneration();

    // ConcurrentDictionary.Count takes all of its locks.
    private int _youngCount;

    public ValidatedTokenCache(int maximumEntries) => _generationSize = Math.Max(1, maximumEntries / 2);

    public CognitoTokenValidationResult? Find(string token)
    {
        if (Volatile.Read(ref _young).TryGetValue(token, out var found))
        {
            return found;
        }

        return Volatile.Read(ref _old).TryGetValue(token, out found) ? Add(token, found) : null;
    }

    /// <summary>Remembers a token; gives back what was remembered for it first, so that all its requests share that.</summary>
    public CognitoTokenValidationResult Add(string token, CognitoTokenValidationResult accepted)
    {
        var young = Volatile.Read(ref _young);
        if (!young.TryAdd(token, accepted))
        {
            return young.GetOrAdd(token, accepted);
        }

        // One thread reaches the size exactly, so one changes the generations; what others add meanwhile goes into the one that
        // has just become old.
        if (Interlocked.Increment(ref _youngCount) == _generationSize)
        {
            Volatile.Write(ref _old, young);
            Volatile.Write(ref _young, NewGeneration());
            Volatile.Write(ref _youngCount, 0);
        }

        return accepted;
    }

    public void Remove(CognitoTokenValidationResult remembered)
    {
        var token = remembered.Token!.RawToken;
        if (Volatile.Read(ref _young).TryRemove(token, out _))
        {
            Interlocked.Decrement(ref _youngCount);
        }

        Volatile.Read(ref _old).TryRemove(token, out _);
    }

    private static ConcurrentDictionary<string, CognitoTokenValidationResult> NewGeneration() => new(StringComparer.Ordinal);
}
