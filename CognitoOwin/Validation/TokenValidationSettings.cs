using System;
using System.Collections.Generic;
using CognitoOwin.Claims;

namespace CognitoOwin.Validation;

/// <summary>Holds the settings that a <see cref="CognitoTokenValidator"/> reads when it is created.</summary>
internal sealed record TokenValidationSettings(
    IEnumerable<CognitoUserPool> UserPools,
    CognitoTokenUse TokenUse,
    IEnumerable<string> RequiredScopes,
    IEnumerable<string> RequiredGroups,
    bool RequireAudience,
    TimeSpan ClockSkew,
    int MaximumTokenLength,
    RoleClaim RoleClaim,
    CognitoKeysOptions Keys,
    CognitoTokenCacheOptions TokenCache,
    TimeProvider TimeProvider);
