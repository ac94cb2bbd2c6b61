using System;

namespace CognitoOwin;

/// <summary>How the keys of one user pool stand. It shows no secret and nothing that a client sent.</summary>
public sealed class CognitoPoolHealth
{
    internal CognitoPoolHealth(
        CognitoUserPool userPool, (int Count, TimeSpan Age)? kept, bool? lastFetchSucceeded, string? lastFailure, bool isUsable)
    {
        Name = userPool.Name!;
        Issuer = userPool.Issuer!;
        KeyCount = kept?.Count ?? 0;
        KeysAge = kept?.Age;
        LastFetchSucceeded = lastFetchSucceeded;
        LastFailure = lastFailure;
        IsUsable = isUsable;
    }

    /// <summary>The pool's <see cref="CognitoUserPool.Name"/>.</summary>
    public string Name { get; }

    /// <summary>The issuer of its tokens.</summary>
    public string Issuer { get; }

    /// <summary>How many of its keys are known, from the last fetch that succeeded.</summary>
    public int KeyCount { get; }

    /// <summary>How long ago that fetch was; null where none has succeeded yet.</summary>
    public TimeSpan? KeysAge { get; }

    /// <summary>Whether the last fetch succeeded; null where none has ended yet.</summary>
    public bool? LastFetchSucceeded { get; }

    /// <summary>Why the last fetch failed, in English for an operator; null where it did not.</summary>
    public string? LastFailure { get; }

    /// <summary>
    /// Whether a token of the pool can be judged now. During an outage that is so until the known keys are older than
    /// <see cref="CognitoKeysOptions.StaleLifetime"/>; without <see cref="CognitoKeysOptions.CachingEnabled"/>, while the last
    /// fetch succeeded.
    /// </summary>
    public bool IsUsable { get; }
}
