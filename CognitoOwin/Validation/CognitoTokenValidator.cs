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
    // Cognito's key ids have 44 characters. An id is used for a lookup before the signature is verified, and may be shown.
    private const int MaximumKeyIdLength = 256;

    private readonly Dictionary<string, TrustedPool> _pools;
    private readonly CognitoTokenUse _tokenUse;
    private readonly HashSet<string> _requiredScopes;
    private readonly HashSet<string> _requiredGroups;
    private readonly double _clockSkew;
    private readonly int _maximumTokenLength;
    private readonly TimeProvider _time;
    private readonly ValidatedTokenCache? _cache;

    /// <summary>Creates a validator. It reads the settings now and never again.</summary>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="CognitoConfigurationException">The settings have problems; the exception lists all of them.</exception>
    public CognitoTokenValidator(CognitoJwtAuthenticationOptions options)
        : this((options ?? throw new ArgumentNullException(nameof(options))).CreateValidationSettings(), CognitoLog.None)
    {
    }

    internal CognitoTokenValidator(TokenValidationSettings settings, CognitoLog log)
    {
        _tokenUse = settings.TokenUse;
        _requiredScopes = new(settings.RequiredScopes, StringComparer.Ordinal);
        _requiredGroups = new(settings.RequiredGroups, StringComparer.Ordinal);
        _clockSkew = settings.ClockSkew.TotalSeconds;
        _maximumTokenLength = settings.MaximumTokenLength;
        _time = settings.TimeProvider;
        _pools = settings.UserPools
            .Select(pool => new TrustedPool(pool, new PoolKeys(pool, settings.Keys, _time, log)))
            .ToDictionary(pool => pool.Issuer, StringComparer.Ordinal);

        // Without kept keys, each validation must fetch the keys again.
        _cache = settings.TokenCache.Enabled && settings.Keys.CachingEnabled
            ? new ValidatedTokenCache(settings.TokenCache.MaximumEntries, IsStillValid)
            : null;
    }

    /// <summary>Validates a token. It returns a result for every text, however malformed.</summary>
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
        _cache?.Find(token) is { } remembered ? remembered.Completed : ValidateNewAsync(token.ToString(), cancellationToken);

    private async Task<CognitoTokenValidationResult> ValidateNewAsync(string token, CancellationToken cancellationToken)
    {
        // The cheap rules come first, so that a flood of bad tokens costs little. All of them come before the key is looked up,
        // so that only a token that breaks no other rule can make this host fetch keys. Until the signature is verified, the
        // claims only select the pool and refuse the token.
        if (Jws.Read(token, _maximumTokenLength, out var malformed) is not { } jws)
        {
            return Reject(malformed);
        }

        if (ValidateHeader(jws.Header, out var keyId) is { } badHeader)
        {
            return badHeader;
        }

        if (StrictJson.ParseObject(jws.Payload) is not { } claims)
        {
            return Reject(TokenRejection.MalformedPayload);
        }

        var expiration = 0.0;
        var tokenUse = CognitoTokenUse.Any;
        var clientId = "";
        var badClaim = ValidateIssuer(claims, out var pool)
            ?? ValidateDates(claims, out expiration)
            ?? ValidateTokenUse(claims, out tokenUse)
            ?? ValidateClient(claims, tokenUse, pool!, out clientId);
        if (badClaim != null)
        {
            return badClaim;
        }

        var lookup = await pool!.Keys.FindAsync(keyId, cancellationToken).ConfigureAwait(false);
        if (lookup.Key is not { } key)
        {
            return lookup.RetryAfter is { } retryAfter
                ? ReportUnavailable(retryAfter)
                : Reject(TokenRejection.UnknownKey, "kid", keyId);
        }

        // Verifying is the one costly step. Requests that bring one new token at the same time share it.
        return _cache == null ? Verify() : _cache.GetOrVerify(new TokenText(token), Verify);

        CognitoTokenValidationResult Verify()
        {
            if (!key.Verify(jws.SigningInput, jws.Signature))
            {
                return Reject(TokenRejection.InvalidSignature);
            }

            if (CognitoToken.Read(token, claims, pool.UserPool, pool.Issuer, tokenUse, clientId, expiration) is not { } validated)
            {
                return Reject(TokenRejection.MalformedClaim);
            }

            return ValidateRights(validated) ?? Accept(validated, pool.Keys, key);
        }
    }

    /// <summary>
    /// Gets the state of the keys of every user pool, for a health endpoint. The call never blocks; it may start a fetch in the
    /// background, whose result a later call reports.
    /// </summary>
    /// <returns>The state of every pool.</returns>
    public CognitoHealth GetHealth() => new([.. _pools.Values.Select(pool => pool.Keys.GetHealth())]);

    /// <summary>Ends the fetching of keys and the measuring of remembered tokens.</summary>
    public void Dispose()
    {
        _cache?.Dispose();
        foreach (var pool in _pools.Values)
        {
            pool.Keys.Dispose();
        }
    }

    // Only two rules can change their result while a token is remembered: the token expires, or its key is no longer trusted.
    private bool IsStillValid(CognitoTokenValidationResult remembered) =>
        !HasExpired(remembered.Token!.Expiration) && remembered.IsKeyTrusted;

    private bool HasExpired(double expiration) => NumericDate.FromDateTimeOffset(_time.GetUtcNow()) >= expiration + _clockSkew;

    private static CognitoTokenValidationResult? ValidateHeader(byte[] utf8, out string keyId)
    {
        keyId = "";
        if (StrictJson.ParseObject(utf8) is not { } header)
        {
            return Reject(TokenRejection.MalformedHeader);
        }

        // RFC 8725 §3.1: the library chooses the algorithm, never the token.
        if (header.GetString("alg") is not "RS256" and var algorithm)
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

    private CognitoTokenValidationResult? ValidateIssuer(Dictionary<string, JsonValue> claims, out TrustedPool? pool)
    {
        var issuer = claims.GetString(CognitoClaimTypes.Issuer);
        pool = null;
        return issuer != null && _pools.TryGetValue(issuer, out pool)
            ? null
            : Reject(TokenRejection.UnknownIssuer, CognitoClaimTypes.Issuer, issuer);
    }

    private CognitoTokenValidationResult? ValidateDates(Dictionary<string, JsonValue> claims, out double expiresAt)
    {
        expiresAt = 0;
        if (!claims.TryGetValue(CognitoClaimTypes.Expiration, out var expiration))
        {
            return Reject(TokenRejection.ExpirationMissing);
        }

        if (NumericDate.Read(expiration) is not { } exp
            || !TryReadDate(claims, CognitoClaimTypes.NotBefore, out var nbf)
            || !TryReadDate(claims, CognitoClaimTypes.IssuedAt, out var iat))
        {
            return Reject(TokenRejection.MalformedDate);
        }

        expiresAt = exp;
        var now = NumericDate.FromDateTimeOffset(_time.GetUtcNow());
        if (HasExpired(exp))
        {
            return Reject(TokenRejection.Expired, CognitoClaimTypes.Expiration, FormatDate(exp));
        }

        if (now < nbf - _clockSkew)
        {
            return Reject(TokenRejection.NotYetValid, CognitoClaimTypes.NotBefore, FormatDate(nbf));
        }

        return now < iat - _clockSkew ? Reject(TokenRejection.IssuedInTheFuture, CognitoClaimTypes.IssuedAt, FormatDate(iat)) : null;
    }

    private static string FormatDate(double date) =>
        NumericDate.ToDateTimeOffset(date).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // A missing date counts as 1970, a moment that is always over.
    private static bool TryReadDate(Dictionary<string, JsonValue> claims, string name, out double date)
    {
        date = 0;
        if (!claims.TryGetValue(name, out var member))
        {
            return true;
        }

        var read = NumericDate.Read(member);
        date = read.GetValueOrDefault();
        return read.HasValue;
    }

    private CognitoTokenValidationResult? ValidateTokenUse(Dictionary<string, JsonValue> claims, out CognitoTokenUse tokenUse)
    {
        var text = claims.GetString(CognitoClaimTypes.TokenUse);
        tokenUse = TokenUseClaim.Parse(text);
        if (tokenUse == CognitoTokenUse.Any)
        {
            return Reject(TokenRejection.UnknownTokenUse, CognitoClaimTypes.TokenUse, text);
        }

        return _tokenUse == CognitoTokenUse.Any || _tokenUse == tokenUse
            ? null
            : Reject(TokenRejection.TokenUseNotAccepted, CognitoClaimTypes.TokenUse, text);
    }

    private static CognitoTokenValidationResult? ValidateClient(
        Dictionary<string, JsonValue> claims, CognitoTokenUse tokenUse, TrustedPool pool, out string clientId)
    {
        var (member, rejection) = tokenUse == CognitoTokenUse.Id
            ? (CognitoClaimTypes.Audience, TokenRejection.AudienceNotAccepted)
            : (CognitoClaimTypes.ClientId, TokenRejection.ClientIdNotAccepted);
        var actual = claims.GetString(member);
        clientId = actual ?? "";
        if (!pool.ClientIds.Contains(clientId))
        {
            return Reject(rejection, member, actual);
        }

        return tokenUse == CognitoTokenUse.Access ? ValidateResource(claims, pool) : null;
    }

    // An access token has an aud only if the client bound it to a resource (RFC 8707). The resource must be this API
    // (RFC 7519 §4.1.3).
    private static CognitoTokenValidationResult? ValidateResource(Dictionary<string, JsonValue> claims, TrustedPool pool)
    {
        if (!claims.TryGetValue(CognitoClaimTypes.Audience, out var audience))
        {
            return null;
        }

        var isAccepted = audience.Items?.Exists(item => pool.AcceptsAudience(item.String)) ?? pool.AcceptsAudience(audience.String);
        return isAccepted ? null : Reject(TokenRejection.AudienceNotAccepted, CognitoClaimTypes.Audience, audience.String);
    }

    private CognitoTokenValidationResult? ValidateRights(CognitoToken token)
    {
        if (LacksAll(_requiredScopes, token.Scopes))
        {
            return Reject(TokenRejection.ScopeMissing, CognitoClaimTypes.Scope, string.Join(" ", token.Scopes));
        }

        return LacksAll(_requiredGroups, token.Groups)
            ? Reject(TokenRejection.GroupMissing, CognitoClaimTypes.Groups, string.Join(", ", token.Groups))
            : null;
    }

    private static bool LacksAll(HashSet<string> required, IReadOnlyList<string> actual) =>
        required.Count > 0 && !required.Overlaps(actual);
}
