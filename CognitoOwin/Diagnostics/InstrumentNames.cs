namespace CognitoOwin.Diagnostics;

/// <summary>Names the instruments of <see cref="CognitoMeter"/> and the tags of their measurements.</summary>
internal static class InstrumentNames
{
    public const string Requests = "cognito_owin.requests";

    public const string ProvisioningDuration = "cognito_owin.provisioning.duration";
    public const string ProvisioningPending = "cognito_owin.provisioning.pending";
    public const string UserInfoDuration = "cognito_owin.user_info.duration";

    public const string JwksFetchDuration = "cognito_owin.jwks.fetch.duration";
    public const string JwksLookupRefused = "cognito_owin.jwks.lookup.refused";
    public const string JwksKeys = "cognito_owin.jwks.keys";
    public const string JwksAge = "cognito_owin.jwks.age";

    public const string TokenCacheHits = "cognito_owin.token_cache.hits";
    public const string TokenCacheMisses = "cognito_owin.token_cache.misses";
    public const string TokenCacheEvictions = "cognito_owin.token_cache.evictions";
    public const string TokenCacheEntries = "cognito_owin.token_cache.entries";

    public const string RevocationsEntries = "cognito_owin.revocations.entries";
    public const string RevocationsWritten = "cognito_owin.revocations.written";
    public const string RevocationsRefused = "cognito_owin.revocations.refused";
    public const string RevocationStoreAge = "cognito_owin.revocations.store.age";
    public const string RevocationStorePending = "cognito_owin.revocations.store.pending";
    public const string RevocationStoreIgnored = "cognito_owin.revocations.store.ignored";

    public const string UserPoolTag = "cognito_owin.user_pool";
    // The value of UserPoolTag for all pools that are not configured. No pool id begins with an underscore.
    public const string ResolvedUserPools = "_resolved";

    public const string OutcomeTag = "cognito_owin.outcome";
    public const string TokenUseTag = "cognito_owin.token_use";
    public const string LookupResultTag = "cognito_owin.lookup.result";
    public const string RevocationKindTag = "cognito_owin.revocation.kind";
    public const string IgnoredInputTag = "cognito_owin.revocation.input";

    // https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/
    public const string ErrorTypeTag = "error.type";
}
