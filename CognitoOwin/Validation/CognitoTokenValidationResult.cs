using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using CognitoOwin.Claims;
using CognitoOwin.Json;
using CognitoOwin.Keys;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>
/// Holds what <see cref="CognitoTokenValidator"/> found: a valid token, or the first rule that the token breaks.
/// </summary>
public sealed class CognitoTokenValidationResult
{
    private TrustedIssuer? _issuer;
    private SigningKey? _key;
    private RevocationKey?[]? _revocationKeys;
    private int _revocationsVersion;
    private string? _member;
    private string? _actual;
    private TrustedPool? _pool;
    private string? _clientId;
    private object? _slot;

    private CognitoTokenValidationResult() => Completed = Task.FromResult(this);

    /// <summary>Gets whether the token follows every rule.</summary>
    public bool IsValid => Rejection == TokenRejection.None;

    /// <summary>Gets the first rule that the token breaks.</summary>
    public TokenRejection Rejection { get; private init; }

    /// <summary>Gets the rejection in one fixed English sentence. It shows nothing of the token.</summary>
    public string Description => RejectionText.GetDescription(Rejection);

    /// <summary>Gets the token; null unless <see cref="IsValid"/>.</summary>
    public CognitoToken? Token { get; private init; }

    /// <summary>
    /// Gets the time after which to try again, if the rejection is <see cref="TokenRejection.UserPoolUnavailable"/>,
    /// <see cref="TokenRejection.KeysUnavailable"/> or <see cref="TokenRejection.RevocationsUnavailable"/>.
    /// </summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>
    /// Gets the description and the one value of the token that broke the rule. The sender of the token chose that value, so it
    /// is cut and cleaned until it fits a header and a log line.
    /// </summary>
    internal string DetailedDescription =>
        _actual == null ? Description : $"{Description} The token has {_member}: {RejectionText.MakePrintable(_actual, 100)}";

    /// <summary>
    /// Gets the user pool that the token names by its issuer; null if it names none, or if the token was refused before its issuer was
    /// read.
    /// </summary>
    internal TrustedPool? Pool => _issuer?.Pool ?? _pool;

    /// <summary>Gets the app client that the token names; null if it names none of the pool.</summary>
    internal string? ClientId => Token?.ClientId ?? _clientId;

    /// <summary>Gets the kind that the token says; <see cref="CognitoTokenUse.Any"/> if it says none.</summary>
    internal CognitoTokenUse TokenUse { get; private set; }

    /// <summary>Gets whether the signature was verified. Otherwise anyone may have written what the token says.</summary>
    internal bool IsVerified { get; private set; }

    /// <summary>Gets the value of the token that broke the rule, as it came; null if it is missing. A list is its JSON.</summary>
    internal string? Actual => _actual;

    /// <summary>Gets this result as a completed task: one object for all requests that find the result in the cache.</summary>
    internal Task<CognitoTokenValidationResult> Completed { get; }

    /// <summary>Gets whether the user pool has not changed, and the key that verified the token may still be used.</summary>
    internal bool IsTrusted => _issuer!.ResolvedPool is not { IsUsable: false } && _issuer.Keys.IsTrusted(_key!);

    /// <summary>
    /// Gets the scopes of which one is enough, if the rejection is <see cref="TokenRejection.ScopeMissing"/>; otherwise, none.
    /// </summary>
    internal IEnumerable<string> SufficientScopes { get; private init; } = [];

    /// <summary>
    /// Gets the slot where a layer above keeps its own data of the token, for as long as the token is cached.
    /// </summary>
    internal ref object? Slot => ref _slot;

    internal static CognitoTokenValidationResult Accept(CognitoToken token, TrustedIssuer issuer, SigningKey key) =>
        new() { Token = token, _issuer = issuer, _key = key, TokenUse = token.TokenUse, IsVerified = true };

    /// <param name="rejection">The rule.</param>
    /// <param name="member">The header parameter or claim that broke it.</param>
    /// <param name="actual">Its value in the token; null if it is missing or not text.</param>
    internal static CognitoTokenValidationResult Reject(TokenRejection rejection, string? member = null, string? actual = null) =>
        new() { Rejection = rejection, _member = member, _actual = actual };

    /// <summary>
    /// Replaces the result of an accepted token that is revoked, or of which that is not known now. This result itself stays as it is, so that a token that is sent
    /// again after its revocation is found in the cache, and costs no verification.
    /// </summary>
    /// <returns>This result, or the rejection of the token.</returns>
    internal CognitoTokenValidationResult ApplyRevocations()
    {
        if (_issuer?.Pool.Revocations is not { } revocations)
        {
            return this;
        }

        // Most requests stop here: nothing was revoked since a request with this token looked.
        var version = revocations.Version;
        if (_revocationsVersion == version)
        {
            return this;
        }

        if (revocations.Find(Token!, ref _revocationKeys) is { } kind)
        {
            RevocationMetrics.RecordRefusal(kind);
            return Replace(TokenRejection.Revoked, null);
        }

        if (revocations.RetryAfter is { } retryAfter)
        {
            // Without the version, so that the next request asks again.
            return Replace(TokenRejection.RevocationsUnavailable, retryAfter);
        }

        // The version was read before looking. If something changed in between, the next request looks again.
        _revocationsVersion = version;
        return this;

        CognitoTokenValidationResult Replace(TokenRejection rejection, TimeSpan? retryAfter) => new()
        {
            Rejection = rejection,
            RetryAfter = retryAfter,
            TokenUse = TokenUse,
            IsVerified = true,
            _pool = Pool,
            _clientId = ClientId,
        };
    }

    /// <summary>Notes that a request uses a cached token, and with it the user pool that the application's resolver returned.</summary>
    /// <returns>
    /// <see langword="false"/> if the resolver must confirm the pool before the token is accepted again; otherwise,
    /// <see langword="true"/>.
    /// </returns>
    internal bool TryUsePool() => _issuer!.ResolvedPool?.TryUse() != false;

    internal static CognitoTokenValidationResult RejectScopes(IEnumerable<string> sufficient, string actual) =>
        new() { Rejection = TokenRejection.ScopeMissing, SufficientScopes = sufficient, _member = CognitoClaimTypes.Scope, _actual = actual };

    /// <summary>
    /// Adds what a refused token says about its origin, as far as it is a value of the settings, for the log and for metrics.
    /// </summary>
    /// <param name="pool">The pool that the token names by its issuer.</param>
    /// <param name="claims">The claims.</param>
    /// <param name="isVerified">Whether the signature was verified.</param>
    /// <returns>This result.</returns>
    internal CognitoTokenValidationResult AddOrigin(TrustedPool pool, JsonMembers claims, bool isVerified)
    {
        _pool = pool;
        IsVerified = isVerified;
        TokenUse = TokenUseClaim.Parse(claims.GetString(CognitoClaimTypes.TokenUse));
        var clientId = claims.GetString(TokenUse == CognitoTokenUse.Id ? CognitoClaimTypes.Audience : CognitoClaimTypes.ClientId);
        _clientId = clientId != null && pool.ClientIds.Contains(clientId) ? clientId : null;
        return this;
    }

    internal static CognitoTokenValidationResult ReportUnavailable(TokenRejection rejection, TimeSpan retryAfter) =>
        new() { Rejection = rejection, RetryAfter = retryAfter };
}
