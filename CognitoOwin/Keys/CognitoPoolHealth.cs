using System;

namespace CognitoOwin;

/// <summary>Describes the state of the keys of one user pool. It shows no secret and nothing that a client sent.</summary>
public sealed class CognitoPoolHealth
{
    internal CognitoPoolHealth(
        CognitoUserPool userPool, (int Count, TimeSpan Age)? latest, bool? lastFetchSucceeded, string? lastFailure, bool isUsable)
    {
        Name = userPool.Name!;
        UserPoolId = userPool.UserPoolId!;
        KeyCount = latest?.Count ?? 0;
        KeysAge = latest?.Age;
        LastFetchSucceeded = lastFetchSucceeded;
        LastFailure = lastFailure;
        IsUsable = isUsable;
    }

    /// <summary>Gets the pool's <see cref="CognitoUserPool.Name"/>.</summary>
    public string Name { get; }

    /// <summary>Gets the pool's <see cref="CognitoUserPool.UserPoolId"/>.</summary>
    public string UserPoolId { get; }

    /// <summary>Gets the number of keys that the last successful fetch brought.</summary>
    public int KeyCount { get; }

    /// <summary>Gets the time since the last successful fetch; null if none has succeeded yet.</summary>
    public TimeSpan? KeysAge { get; }

    /// <summary>Gets whether the last fetch succeeded; null if none has ended yet.</summary>
    public bool? LastFetchSucceeded { get; }

    /// <summary>Gets why the last fetch failed, in English for an operator; null if it did not fail.</summary>
    public string? LastFailure { get; }

    /// <summary>
    /// Gets whether tokens of the pool can be validated now. During an outage they can until the known keys are older than
    /// <see cref="CognitoKeysOptions.StaleLifetime"/>. Without <see cref="CognitoKeysOptions.CachingEnabled"/> they can if the
    /// last fetch succeeded.
    /// </summary>
    public bool IsUsable { get; }

    /// <summary>
    /// Gets whether tokens can be validated, but the last fetch of an address that the pool uses failed. An operator should find
    /// out why; a load balancer may go on.
    /// </summary>
    public bool IsDegraded => IsUsable && LastFetchSucceeded == false;
}
