using System;
using System.Collections.Generic;
using CognitoOwin.Keys;

namespace CognitoOwin.Validation;

/// <summary>Holds a user pool as it was configured when the validator was created, with its keys.</summary>
internal sealed class TrustedPool(CognitoUserPool userPool, PoolKeys keys)
{
    private readonly HashSet<string> _audiences = new(userPool.Audiences, StringComparer.Ordinal);

    public CognitoUserPool UserPool { get; } = userPool;

    // CognitoUserPool.Issuer creates a new string at each call; all tokens of the pool share this one.
    public string Issuer { get; } = userPool.Issuer!;

    public HashSet<string> ClientIds { get; } = new(userPool.ClientIds, StringComparer.Ordinal);

    public PoolKeys Keys { get; } = keys;

    /// <summary>Checks whether an access token that is bound to a resource may be used here.</summary>
    /// <param name="audience">A value of the token's <c>aud</c>; null if it is not text.</param>
    /// <returns>
    /// <see langword="true"/> if the value names this API or one of the pool's clients; otherwise, <see langword="false"/>.
    /// </returns>
    public bool AcceptsAudience(string? audience) =>
        audience != null && (_audiences.Contains(audience) || ClientIds.Contains(audience));
}
