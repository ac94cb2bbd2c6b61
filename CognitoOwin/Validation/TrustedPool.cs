using System;
using System.Collections.Generic;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Validation;

/// <summary>Holds a user pool, with the rules for its tokens, as it was configured when the validator was created.</summary>
internal sealed class TrustedPool(CognitoUserPool userPool, TokenValidationSettings settings, bool isResolved)
{
    private readonly HashSet<string> _audiences = new(userPool.Audiences, StringComparer.Ordinal);

    public CognitoUserPool UserPool { get; } = userPool;

    /// <summary>Gets the value of <see cref="InstrumentNames.UserPoolTag"/>. All pools that the application resolves share one.</summary>
    public string Label { get; } = isResolved ? InstrumentNames.ResolvedUserPools : userPool.Name!;

    // CognitoUserPool.UserPoolId may be computed at each call; all tokens of the pool share this one.
    public string UserPoolId { get; } = userPool.UserPoolId!;

    public HashSet<string> ClientIds { get; } = new(userPool.ClientIds, StringComparer.Ordinal);

    public PoolRevocations Revocations { get; } = settings.RevocationList.GetOrAddPool(userPool.UserPoolId!, userPool.ClientIds);

    public CognitoTokenUse TokenUse { get; } = userPool.TokenUse ?? settings.TokenUse;

    public HashSet<string> RequiredScopes { get; } = new(userPool.RequiredScopes ?? settings.RequiredScopes, StringComparer.Ordinal);

    public HashSet<string> RequiredGroups { get; } = new(userPool.RequiredGroups ?? settings.RequiredGroups, StringComparer.Ordinal);

    /// <summary>Checks whether an access token that is bound to a resource may be used here.</summary>
    /// <param name="audience">A value of the token's <c>aud</c>; null if it is not text.</param>
    /// <returns>
    /// <see langword="true"/> if the value names this API or one of the pool's clients; otherwise, <see langword="false"/>.
    /// </returns>
    public bool AcceptsAudience(string? audience) =>
        audience != null && (_audiences.Contains(audience) || ClientIds.Contains(audience));
}
