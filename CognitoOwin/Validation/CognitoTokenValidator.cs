using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Claims;
using CognitoOwin.Diagnostics;
using CognitoOwin.Json;
using CognitoOwin.Keys;
using CognitoOwin.Validation;
using static CognitoOwin.CognitoTokenValidationResult;

namespace CognitoOwin;

/// <summary>
/// Validates Cognito tokens by the rules of AWS
/// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html),
/// RFC 7515, RFC 7519 and RFC 8725. Many threads may use one validator. It does not depend on HTTP, so it also validates tokens
/// of a message queue or a web socket.
/// </summary>
public sealed class CognitoTokenValidator : IDisposable
{
    // Cognito's key ids have 44 characters. The limit is needed because an id is looked up before the signature is verified, and
    // may be part of an error description.
    private const int MaximumKeyIdLength = 256;

    // {"alg":"RS256","kid":"start"} and
    // {"iss":"start","cognito:groups":["a"],"identities":[{"userId":"\u0061"}],"email_verified":true,"exp":0}. No pool has this issuer.
    private const string UnknownToken =
        "eyJhbGciOiJSUzI1NiIsImtpZCI6InN0YXJ0In0.eyJpc3MiOiJzdGFydCIsImNvZ25pdG86Z3JvdXBzIjpbImEiXSwiaWRlbnRpdGllcyI6W3sidXNlcklkIjoiX"
        + "HUwMDYxIn1dLCJlbWFpbF92ZXJpZmllZCI6dHJ1ZSwiZXhwIjowfQ.AA";

    private readonly PoolKeys[] _keys;
    private readonly Dictionary<string, TrustedIssuer> _issuers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _poolIds = new(StringComparer.Ordinal);
    private readonly ResolvedPools? _resolvedPools;
    private readonly SharedTexts _sharedTexts;
    private readonly bool _requireAudience;
    private readonly double _clockSkew;
    private readonly int _maximumTokenLength;
    private readonly RoleClaim _roleClaim;
    private readonly TimeProvider _time;
    private readonly ValidatedTokenCache? _cache;
    private readonly CognitoRevocationList _revocations;
    private int _isDisposed;

    /// <summary>Creates a validator. Later changes of the settings have no effect.</summary>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="CognitoConfigurationException">The settings have problems; the exception lists all of them.</exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="CognitoRevocationsOptions.List"/> has revocations, which are kept too short a time for this
    /// <see cref="CognitoJwtAuthenticationOptions.ClockSkew"/> or <see cref="CognitoRevocationsOptions.RefreshTokenLifetime"/>; or it has
    /// another <see cref="CognitoRevocationsOptions.Store"/>.
    /// </exception>
    public CognitoTokenValidator(CognitoJwtAuthenticationOptions options)
        : this((options ?? throw new ArgumentNullException(nameof(options))).CreateValidationSettings(), CognitoLog.None)
    {
    }

    internal CognitoTokenValidator(TokenValidationSettings settings, CognitoLog log)
    {
        _requireAudience = settings.RequireAudience;
        _clockSkew = settings.ClockSkew.TotalSeconds;
        _maximumTokenLength = settings.MaximumTokenLength;
        _roleClaim = settings.RoleClaim;
        _time = settings.TimeProvider;
        _revocations = settings.RevocationList;
        _revocations.Attach(settings, log);
        _keys = [.. settings.UserPools.Select(CreateKeys)];

        _resolvedPools = settings.UserPoolResolver == null ? null : new ResolvedPools(settings.UserPoolResolver, settings, log);

        _sharedTexts = new SharedTexts(["RS256", "id", "access", .. _issuers.Keys, .. _issuers.Values.SelectMany(static issuer => issuer.Pool.ClientIds)]);

        // If keys are not cached, do not cache tokens either, because each validation must fetch the keys.
        _cache = settings.TokenCache.Enabled && settings.Keys.CachingEnabled
            ? new ValidatedTokenCache(settings.TokenCache.MaximumEntries, IsStillValid)
            : null;
        if (settings.Keys.Prefetch)
        {
            // The runtime compiles each method when it is first called. Let it compile the reading of a token before the first request
            // needs it.
            _ = Task.Run(() => ValidateNewAsync(UnknownToken, CancellationToken.None));
        }

        PoolKeys CreateKeys(CognitoUserPool userPool)
        {
            var pool = new TrustedPool(userPool, settings, isResolved: false);
            _poolIds.Add(pool.UserPoolId);
            var keys = new PoolKeys(userPool, settings.Keys, settings.ClockSkew, _time, log);
            foreach (var issuer in keys.ByIssuer)
            {
                _issuers.Add(issuer.Key, new TrustedIssuer(issuer.Key, pool, issuer.Value));
            }

            return keys;
        }
    }

    /// <summary>Gets the issuers of the configured pools.</summary>
    internal IEnumerable<string> Issuers => _issuers.Keys;

    /// <summary>Gets the revocations, which this validator checks for every token.</summary>
    public ICognitoRevocations Revocations => _revocations;

    /// <summary>Validates a token. It returns a result for every text, also for a malformed one.</summary>
    /// <param name="token">The token in its compact form (RFC 7515 §3.1), without a scheme.</param>
    /// <param name="cancellationToken">
    /// Ends the wait for keys. A fetch of keys continues, because other callers may need it.
    /// </param>
    /// <returns>The token with its claims, or the first rule that it breaks.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="token"/> is null.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<CognitoTokenValidationResult> ValidateAsync(string token, CancellationToken cancellationToken = default) =>
        ValidateAsync(new TokenText(token ?? throw new ArgumentNullException(nameof(token))), cancellationToken);

    internal Task<CognitoTokenValidationResult> ValidateAsync(TokenText token, CancellationToken cancellationToken) =>
        _cache?.Find(token) is { } cached && cached.TryUsePool()
            ? cached.ApplyRevocations().Completed
            : ValidateNewAsync(token.ToString(), cancellationToken);

    private async Task<CognitoTokenValidationResult> ValidateNewAsync(string token, CancellationToken cancellationToken)
    {
        // The cheap rules come first, so that a flood of bad tokens costs little. They come before the key is looked up, so that
        // only a token that passes them can make this host fetch keys. Until the signature is verified, use the claims only to
        // select the pool and to refuse the token.
        using var jws = Jws.Read(token, _maximumTokenLength, out var malformed);
        if (jws == null)
        {
            return Reject(malformed);
        }

        if (ValidateHeader(jws.Header, out var keyId) is { } badHeader)
        {
            return badHeader;
        }

        if (StrictJson.ParseObject(jws.Payload, _sharedTexts, out var fault) is not { } claims)
        {
            return Reject(GetRejection(fault, TokenRejection.MalformedPayload));
        }

        // A claim that is null counts as absent.
        claims.RemoveNulls();
        var expiration = 0.0;
        var issueTime = double.NaN;
        var tokenUse = CognitoTokenUse.Any;
        var badClaim = ValidateIssuer(claims, out var issuerName, out var issuer, out var poolId)
            ?? ValidateDates(claims, out expiration, out issueTime)
            ?? ReadTokenUse(claims, out tokenUse);
        if (badClaim != null)
        {
            return AddOrigin(badClaim, isVerified: false);
        }

        if (issuer == null)
        {
            var found = await _resolvedPools!.FindAsync(poolId!, cancellationToken).ConfigureAwait(false);
            if (found.RetryAfter is { } wait)
            {
                return ReportUnavailable(TokenRejection.UserPoolUnavailable, wait);
            }

            issuer = found.Pool?.FindIssuer(issuerName!);
            if (issuer == null)
            {
                return RejectIssuer(issuerName);
            }
        }

        var clientId = "";
        badClaim = ValidateTokenUse(claims, tokenUse, issuer.Pool) ?? ValidateClient(claims, tokenUse, issuer.Pool, out clientId);
        if (badClaim != null)
        {
            return AddOrigin(badClaim, isVerified: false);
        }

        var lookup = await issuer.Keys.FindAsync(keyId, NumericDate.ToOptionalDateTimeOffset(issueTime), cancellationToken).ConfigureAwait(false);
        if (issuer.ResolvedPool is { IsUsable: false })
        {
            // The pool was changed or removed while this request waited for the key.
            return AddOrigin(ReportUnavailable(TokenRejection.UserPoolUnavailable, TimeSpan.Zero), isVerified: false);
        }

        if (lookup.Key is not { } key)
        {
            return AddOrigin(
                lookup.RetryAfter is { } retryAfter
                    ? ReportUnavailable(TokenRejection.KeysUnavailable, retryAfter)
                    : Reject(TokenRejection.UnknownKey, "kid", keyId),
                isVerified: false);
        }

        // Verifying is the one costly step. Concurrent requests with the same new token share one verification.
        return (_cache == null ? Verify() : _cache.GetOrVerify(new TokenText(token), Verify)).ApplyRevocations();

        CognitoTokenValidationResult Verify()
        {
            if (!key.Verify(jws.Buffer, jws.SigningInputLength, jws.Signature))
            {
                return AddOrigin(Reject(TokenRejection.InvalidSignature), isVerified: false);
            }

            var pool = issuer.Pool;
            if (CognitoToken.Read(
                token, claims, pool.UserPool, pool.UserPoolId, issuer.Name, tokenUse, clientId, expiration, issueTime, _roleClaim) is not { } validated)
            {
                return AddOrigin(Reject(TokenRejection.MalformedClaim), isVerified: true);
            }

            return ValidateRights(validated, issuer.Pool) is { } missingRight
                ? AddOrigin(missingRight, isVerified: true)
                : Accept(validated, issuer, key);
        }

        CognitoTokenValidationResult AddOrigin(CognitoTokenValidationResult rejected, bool isVerified) =>
            issuer == null ? rejected : rejected.AddOrigin(issuer.Pool, claims, isVerified);
    }

    /// <summary>
    /// Checks whether a refused token is foreign: it names no issuer of a pool, so that another middleware may accept it.
    /// </summary>
    /// <param name="rejection">The rule that refused the token. A token that has passed the rule about its issuer is not foreign.</param>
    /// <param name="token">The token.</param>
    /// <returns><see langword="true"/> if the token is foreign; otherwise, <see langword="false"/>.</returns>
    internal bool IsForeign(TokenRejection rejection, TokenText token)
    {
        return rejection is TokenRejection.SchemeMissing or TokenRejection.SpaceMissing or (> TokenRejection.TokenTooLong and <= TokenRejection.UnknownIssuer)
            && token.Length <= _maximumTokenLength
            && ClaimedIssuer.IsForeign(token.ToString(), IsOurs);

        // A pool of the resolver may have any issuer of AWS, unless the resolver was asked and does not know the pool.
        bool IsOurs(string issuer) =>
            _issuers.ContainsKey(issuer)
            || (_resolvedPools != null && rejection != TokenRejection.UnknownIssuer && CognitoUserPool.GetPoolIdOfIssuer(issuer) != null);
    }

    /// <summary>
    /// Gets the state of the keys of every configured user pool, and of the list of revocations, for a health endpoint. The call
    /// never blocks; it may start a fetch in the background, whose result a later call reports.
    /// </summary>
    /// <returns>The state of every pool and of the revocations.</returns>
    public CognitoHealth GetHealth() => new([.. _keys.Select(keys => keys.GetHealth())], _revocations.GetHealth());

    /// <summary>
    /// Stops the key fetches, the calls of the user pool resolver and of the store of revocations, and the metrics of the token cache and
    /// the revocations.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _revocations.Detach();
        }

        _cache?.Dispose();
        _resolvedPools?.Dispose();
        foreach (var keys in _keys)
        {
            keys.Dispose();
        }
    }

    // Only three rules can change their result while a token is cached: the token expires, its key is no longer trusted, or the
    // application's resolver has changed or removed its pool.
    private bool IsStillValid(CognitoTokenValidationResult cached) =>
        !HasExpired(cached.Token!.Expiration) && cached.IsTrusted;

    private bool HasExpired(double expiration) => NumericDate.FromDateTimeOffset(_time.GetUtcNow()) >= expiration + _clockSkew;

    private CognitoTokenValidationResult? ValidateHeader(ArraySegment<byte> utf8, out string keyId)
    {
        keyId = "";
        if (StrictJson.ParseObject(utf8, _sharedTexts, out var fault) is not { } header)
        {
            return Reject(GetRejection(fault, TokenRejection.MalformedHeader));
        }

        // RFC 8725 §3.1: the library decides the algorithm; the token does not.
        var algorithm = header.GetString("alg");
        if (algorithm != "RS256")
        {
            return Reject(TokenRejection.AlgorithmNotAllowed, "alg", algorithm);
        }

        if (header.ContainsKey("crit"))
        {
            return Reject(TokenRejection.CriticalExtension);
        }

        // RFC 8725 §3.10: jku, jwk, x5u and x5c are ignored, because only the user pool says what its keys are.
        keyId = header.GetString("kid") ?? "";
        return keyId.Length is > 0 and <= MaximumKeyIdLength ? null : Reject(TokenRejection.KeyIdMissing);
    }

    private static TokenRejection GetRejection(JsonFault fault, TokenRejection malformed) => fault switch
    {
        JsonFault.TooManyMembers => TokenRejection.TooManyMembers,
        JsonFault.TooDeep => TokenRejection.TooDeep,
        _ => malformed,
    };

    // If no configured pool has the issuer, but the application's resolver may know its pool, sets only the id of that pool. The
    // look-up comes after the other cheap rules, so that an expired token causes none.
    private CognitoTokenValidationResult? ValidateIssuer(
        JsonMembers claims, out string? name, out TrustedIssuer? issuer, out string? poolId)
    {
        issuer = null;
        poolId = null;
        name = claims.GetString(CognitoClaimTypes.Issuer);
        if (name == null)
        {
            return RejectIssuer(GetText(claims, CognitoClaimTypes.Issuer));
        }

        if (_issuers.TryGetValue(name, out issuer))
        {
            return null;
        }

        poolId = _resolvedPools == null ? null : CognitoUserPool.GetPoolIdOfIssuer(name);
        return poolId == null || _poolIds.Contains(poolId) ? RejectIssuer(name) : null;
    }

    // For the log and the details of an error: the text of a string, the JSON of anything else, null if the claim is missing.
    private static string? GetText(JsonMembers claims, string name) => claims.TryGetValue(name, out var value) ? value.Text : null;

    private static CognitoTokenValidationResult RejectIssuer(string? name) =>
        Reject(TokenRejection.UnknownIssuer, CognitoClaimTypes.Issuer, name);

    private CognitoTokenValidationResult? ValidateDates(
        JsonMembers claims, out double expiresAt, out double issuedAt)
    {
        expiresAt = 0;
        issuedAt = double.NaN;
        if (!claims.TryGetValue(CognitoClaimTypes.Expiration, out var expiration))
        {
            return Reject(TokenRejection.ExpirationMissing);
        }

        if (NumericDate.Read(expiration) is not { } exp
            || !NumericDate.TryRead(claims, CognitoClaimTypes.NotBefore, out var nbf)
            || !NumericDate.TryRead(claims, CognitoClaimTypes.IssuedAt, out issuedAt))
        {
            return Reject(TokenRejection.MalformedDate);
        }

        expiresAt = exp;
        var now = NumericDate.FromDateTimeOffset(_time.GetUtcNow());
        if (HasExpired(exp))
        {
            return Reject(TokenRejection.Expired, CognitoClaimTypes.Expiration, FormatDate(exp));
        }

        // A missing date is not a number, and passes the checks.
        if (now < nbf - _clockSkew)
        {
            return Reject(TokenRejection.NotYetValid, CognitoClaimTypes.NotBefore, FormatDate(nbf));
        }

        return now < issuedAt - _clockSkew ? Reject(TokenRejection.IssuedInTheFuture, CognitoClaimTypes.IssuedAt, FormatDate(issuedAt)) : null;
    }

    private static string FormatDate(double date) =>
        NumericDate.ToDateTimeOffset(date).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static CognitoTokenValidationResult? ReadTokenUse(JsonMembers claims, out CognitoTokenUse tokenUse)
    {
        var text = claims.GetString(CognitoClaimTypes.TokenUse);
        tokenUse = TokenUseClaim.Parse(text);
        return tokenUse == CognitoTokenUse.Any ? Reject(TokenRejection.UnknownTokenUse, CognitoClaimTypes.TokenUse, text) : null;
    }

    private static CognitoTokenValidationResult? ValidateTokenUse(
        JsonMembers claims, CognitoTokenUse tokenUse, TrustedPool pool) =>
        pool.TokenUse == CognitoTokenUse.Any || pool.TokenUse == tokenUse
            ? null
            : Reject(TokenRejection.TokenUseNotAccepted, CognitoClaimTypes.TokenUse, claims.GetString(CognitoClaimTypes.TokenUse));

    private CognitoTokenValidationResult? ValidateClient(
        JsonMembers claims, CognitoTokenUse tokenUse, TrustedPool pool, out string clientId)
    {
        var (claimName, rejection) = tokenUse == CognitoTokenUse.Id
            ? (CognitoClaimTypes.Audience, TokenRejection.AudienceNotAccepted)
            : (CognitoClaimTypes.ClientId, TokenRejection.ClientIdNotAccepted);
        clientId = claims.GetString(claimName) ?? "";
        if (!pool.ClientIds.Contains(clientId))
        {
            return Reject(rejection, claimName, GetText(claims, claimName));
        }

        return tokenUse == CognitoTokenUse.Access ? ValidateResource(claims, pool) : null;
    }

    // An access token has an aud only if the client bound it to a resource (RFC 8707). The resource must be this API
    // (RFC 7519 §4.1.3).
    private CognitoTokenValidationResult? ValidateResource(JsonMembers claims, TrustedPool pool)
    {
        if (!claims.TryGetValue(CognitoClaimTypes.Audience, out var audience))
        {
            return _requireAudience ? Reject(TokenRejection.ResourceNotAccepted) : null;
        }

        // Each item of a list must be a text (RFC 7519 §4.1.3).
        var isAccepted = audience.Items is { } items
            ? Array.TrueForAll(items, item => item.String != null) && Array.Exists(items, item => pool.AcceptsAudience(item.String))
            : pool.AcceptsAudience(audience.String);
        return isAccepted ? null : Reject(TokenRejection.ResourceNotAccepted, CognitoClaimTypes.Audience, audience.Text);
    }

    // ID tokens have no scopes, and a client that acts for itself is in no group. So people and machines can share one pool.
    private static CognitoTokenValidationResult? ValidateRights(CognitoToken token, TrustedPool pool)
    {
        if (token.TokenUse == CognitoTokenUse.Access && LacksAll(pool.RequiredScopes, token.Scopes))
        {
            return CognitoTokenValidationResult.RejectScopes(pool.RequiredScopes, string.Join(" ", token.Scopes));
        }

        return !token.IsClient && LacksAll(pool.RequiredGroups, token.Groups)
            ? Reject(TokenRejection.GroupMissing, CognitoClaimTypes.Groups, string.Join(", ", token.Groups))
            : null;
    }

    private static bool LacksAll(HashSet<string> required, IReadOnlyList<string> actual) =>
        required.Count > 0 && !required.Overlaps(actual);
}
