using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Claims;

namespace CognitoOwin.Validation;

/// <summary>Holds the settings that a <see cref="CognitoTokenValidator"/> reads when it is created.</summary>
/// <param name="UserPools">The configured pools.</param>
/// <param name="UserPoolResolver">The application's function that finds the other pools; null if there is none.</param>
/// <param name="FindProblems">
/// Checks a pool that the resolver returned for an id, and returns its problems, one sentence each.
/// </param>
/// <param name="TokenUse">The accepted kind of token.</param>
/// <param name="RequiredScopes">The scopes of which an access token must have one.</param>
/// <param name="RequiredGroups">The groups of which a user must be in one.</param>
/// <param name="RequireAudience">Whether access tokens without <c>aud</c> are refused.</param>
/// <param name="ClockSkew">How much the clocks of Cognito and of this host may differ.</param>
/// <param name="MaximumTokenLength">The length of the longest accepted token, in characters.</param>
/// <param name="RoleClaim">Reads the claim that holds the roles.</param>
/// <param name="Keys">How keys are fetched and kept.</param>
/// <param name="TokenCache">How validated tokens are cached.</param>
/// <param name="Revocations">The limits of the list of revocations.</param>
/// <param name="RevocationList">The list of revocations.</param>
/// <param name="TimeProvider">The clock.</param>
internal sealed record TokenValidationSettings(
    IEnumerable<CognitoUserPool> UserPools,
    Func<string, CancellationToken, Task<CognitoUserPool?>>? UserPoolResolver,
    Func<string, CognitoUserPool, IReadOnlyList<string>> FindProblems,
    CognitoTokenUse TokenUse,
    IEnumerable<string> RequiredScopes,
    IEnumerable<string> RequiredGroups,
    bool RequireAudience,
    TimeSpan ClockSkew,
    int MaximumTokenLength,
    RoleClaim RoleClaim,
    CognitoKeysOptions Keys,
    CognitoTokenCacheOptions TokenCache,
    CognitoRevocationsOptions Revocations,
    CognitoRevocationList RevocationList,
    TimeProvider TimeProvider);
