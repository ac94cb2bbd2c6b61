using System;

namespace CognitoOwin;

/// <summary>One revocation as a store keeps it.</summary>
public sealed class CognitoStoredRevocation
{
    /// <summary>Creates an entry.</summary>
    /// <param name="key">What is revoked.</param>
    /// <param name="moment">The moment until which tokens are refused.</param>
    /// <param name="expiresAt">The time from which the entry is not needed.</param>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public CognitoStoredRevocation(string key, DateTimeOffset moment, DateTimeOffset expiresAt)
    {
        Key = key ?? throw new ArgumentNullException(nameof(key));
        Moment = moment;
        ExpiresAt = expiresAt;
    }

    /// <summary>
    /// Gets what is revoked: 1 to 400 characters, which a store compares ordinally. Two entries with one key are the same revocation.
    /// </summary>
    public string Key { get; }

    /// <summary>
    /// Gets the moment until which tokens are refused, in whole milliseconds; 9999-12-31T23:59:59.999Z to refuse all of them.
    /// </summary>
    public DateTimeOffset Moment { get; }

    /// <summary>Gets the time from which the entry is not needed, in whole milliseconds.</summary>
    public DateTimeOffset ExpiresAt { get; }
}
