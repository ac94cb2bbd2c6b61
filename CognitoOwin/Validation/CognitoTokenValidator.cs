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
/// Judges Cognito tokens by the rules of AWS
/// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html),
/// RFC 7515, RFC 7519 and RFC 8725. Many threads may use one validator. It knows nothing of HTTP: use it as well for tokens
/// that come by a message queue or a web socket.
/// </summary>
public sealed class CognitoTokenValidator : IDisposable
{
    // Cognito's have 44. It is used as the key of a lookup before the signature is verified, and may be shown.
    private const int MaximumKeyIdLength = 256;

    private readonly Dictionary<string, TrustedPool> _pools;
    private readonly CognitoTokenUse _tokenUse;
    private readonly HashSet<string> _requiredScopes;
    private readonly HashSet<string> _requiredGroups;
    private readonly double _clockSkew;
    private readonly int _maximumTokenLength;
    private readonly TimeProvider _time;
    private readonly ValidatedTokenCache? _cache;

    /// <summary>Creates a validator with settings that are read now and never again.</summary>
    /// <param name="options">The settings.</param>
    /// <exception cref="CognitoConfigurationException">The settings have problems; the exception lists all of them.</exception>
    public CognitoTokenValidator(CognitoJwtAuthenticationOptions options)
        : this(options, CognitoLog.None)
    {
    }

    internal CognitoTokenValidator(CognitoJwtAuthenticationOptions options, CognitoLog log)
    {
        (options ?? throw new ArgumentNullException(nameof(options))).ThrowIfUnusable();
        _tokenUse = options.TokenUse;
        _requiredScopes = new(options.RequiredScopes, StringComparer.Ordinal);
        _requiredGroups = new(options.RequiredGroups, StringComparer.Ordinal);
        _clockSkew = options.ClockSkew.TotalSeconds;
        _maximumTokenLength = options.MaximumTokenLength;
        _time = options.TimeProvider;
        _pools = options.UserPools.ToDictionary(
            pool => pool.Issuer!, pool => new TrustedPool(pool, pool.Issuer!, new PoolKeys(pool, options.Keys, _time, log)), StringComparer.Ordinal);

        // Without kept keys each validation is to ask the pool anew.
        _cache = options.TokenCache.Enabled && options.Keys.CachingEnabled
            ? new ValidatedTokenCache(options.TokenCache.MaximumEntries, IsStillValid)
            : null;
    }

    /// <summary>Judges a token. No text makes it throw.</summary>
    /// <param name="token">The token in its compact form (RFC 7515 §3.1), without a scheme.</param>
    /// <param name="cancellationToken">Ends the waiting for keys; a fetch of keys goes on for whoever else needs it.</param>
    /// <returns>The token with its claims, or the first rule that it breaks.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<CognitoTokenValidationResult> ValidateAsync(string token, CancellationToken cancellationToken = default) =>
        ValidateAsync(new TokenText(token ?? throw new ArgumentNullException(nameof(token))), cancellationToken);

    internal Task<CognitoTokenValidationResult> ValidateAsync(TokenText token, CancellationToken cancellationToken) =>
        _cache?.Find(token) is { } remembered ? remembered.Completed : JudgeAsync(token.ToString(), cancellationToken);

    private async Task<CognitoTokenValidationResult> JudgeAsync(string token, CancellationToken cancellationToken)
    {
        // Cheap rules first, so that a flood of bad tokens costs little; all of them before the key is looked up, so that only
        // a token that is right in all but its signature can make this host fetch keys. Until the signature is verified, a
        // claim does nothing but choose the pool and refuse the token.
        if (Jws.Read(token, _maximumTokenLength, out var malformed) is not { } jws)
        {
            return Reject(malformed);
        }

        if (JudgeHeader(jws.Header, out var keyId) is { } badHeader)
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
        var badClaim = JudgeIssuer(claims, out var pool)
            ?? JudgeDates(claims, out expiration)
            ?? JudgeTokenUse(claims, out tokenUse)
            ?? JudgeClient(claims, tokenUse, pool!, out clientId);
        if (badClaim != null)
        {
            return badClaim;
        }

        var lookup = await pool!.Keys.FindAsync(keyId, cancellationToken).ConfigureAwait(false);
        if (lookup.Key is not { } key)
        {
            return lookup.RetryAfter is { } retryAfter ? Unavailable(retryAfter) : Reject(TokenRejection.UnknownKey, "kid", keyId);
        }

        // The one costly step. Requests that bring one new token at the same time share it.
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

            return JudgeRights(validated) ?? Accept(validated, pool.Keys, key);
        }
    }

    /// <summary>
    /// How the keys of the user pools stand, for a health endpoint. It waits for nothing, but starts a fetch that is due: asked
    /// again a little later, it knows how that ended.
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

    // The two verdicts that time can turn: the token's end, and the end of the key that verified it.
    private bool IsStillValid(CognitoTokenValidationResult remembered) =>
        !HasExpired(remembered.Token!.Expiration) && remembered.IsKeyTrusted;

    private bool HasExpired(double expiration) => NumericDate.From(_time.GetUtcNow()) >= expiration + _clockSkew;

    private static CognitoTokenValidationResult? JudgeHeader(byte[] utf8, out string keyId)
    {
        keyId = "";
        if (StrictJson.ParseObject(utf8) is not { } header)
        {
            return Reject(TokenRejection.MalformedHeader);
        }

        // RFC 8725 §3.1: the algorithm is ours to choose, never the token's.
        if (header.StringOf("alg") is not "RS256" and var algorithm)
        {
            return Reject(TokenRejection.AlgorithmNotAllowed, "alg", algorithm);
        }

        if (header.ContainsKey("crit"))
        {
            return Reject(TokenRejection.CriticalExtension);
        }

        // jku, jwk, x5u and x5c are not looked at: only the pool says what its keys are (RFC 8725 §3.10).
        keyId = header.StringOf("kid") ?? "";
        return keyId.Length is > 0 and <= MaximumKeyIdLength ? null : Reject(TokenRejection.KeyIdMissing);
    }

    private CognitoTokenValidationResult? JudgeIssuer(Dictionary<string, JsonValue> claims, out TrustedPool? pool)
    {
        var issuer = claims.StringOf(CognitoClaimTypes.Issuer);
        pool = null;
        return issuer != null && _pools.TryGetValue(issuer, out pool)
            ? null
            : Reject(TokenRejection.UnknownIssuer, CognitoClaimTypes.Issuer, issuer);
    }

    private CognitoTokenValidationResult? JudgeDates(Dictionary<string, JsonValue> claims, out double expiresAt)
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
        var now = NumericDate.From(_time.GetUtcNow());
        return HasExpired(exp) ? Reject(TokenRejection.Expired, CognitoClaimTypes.Expiration, Shown(exp))
            : now < nbf - _clockSkew ? Reject(TokenRejection.NotYetValid, CognitoClaimTypes.NotBefore, Shown(nbf))
            : now < iat - _clockSkew ? Reject(TokenRejection.IssuedInTheFuture, CognitoClaimTypes.IssuedAt, Shown(iat))
            : null;
    }

    private static string Shown(double date) =>
        NumericDate.ToDateTimeOffset(date).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // A date that is not there asks for nothing: it might as well be 1970.
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

    private CognitoTokenValidationResult? JudgeTokenUse(Dictionary<string, JsonValue> claims, out CognitoTokenUse tokenUse)
    {
        var text = claims.StringOf(CognitoClaimTypes.TokenUse);
        tokenUse = text switch
        {
            "id" => CognitoTokenUse.Id,
            "access" => CognitoTokenUse.Access,
            _ => CognitoTokenUse.Any,
        };
        return tokenUse == CognitoTokenUse.Any ? Reject(TokenRejection.UnknownTokenUse, CognitoClaimTypes.TokenUse, text)
            : _tokenUse != CognitoTokenUse.Any && _tokenUse != tokenUse ? Reject(TokenRejection.TokenUseNotAccepted, CognitoClaimTypes.TokenUse, text)
            : null;
    }

    private static CognitoTokenValidationResult? JudgeClient(
        Dictionary<string, JsonValue> claims, CognitoTokenUse tokenUse, TrustedPool pool, out string clientId)
    {
        var (member, otherwise) = tokenUse == CognitoTokenUse.Id
            ? (CognitoClaimTypes.Audience, TokenRejection.AudienceNotAccepted)
            : (CognitoClaimTypes.ClientId, TokenRejection.ClientIdNotAccepted);
        var actual = claims.StringOf(member);
        clientId = actual ?? "";
        return !pool.ClientIds.Contains(clientId) ? Reject(otherwise, member, actual)
            : tokenUse == CognitoTokenUse.Access ? JudgeBoundResource(claims, pool)
            : null;
    }

    // An access token has an aud only where the client bound it to a resource (RFC 8707): then that must be this API
    // (RFC 7519 §4.1.3).
    private static CognitoTokenValidationResult? JudgeBoundResource(Dictionary<string, JsonValue> claims, TrustedPool pool)
    {
        if (!claims.TryGetValue(CognitoClaimTypes.Audience, out var audience))
        {
            return null;
        }

        var isOurs = audience.Items?.Exists(item => pool.IsOurs(item.String)) ?? pool.IsOurs(audience.String);
        return isOurs ? null : Reject(TokenRejection.AudienceNotAccepted, CognitoClaimTypes.Audience, audience.String);
    }

    private CognitoTokenValidationResult? JudgeRights(CognitoToken token) =>
        LacksAll(_requiredScopes, token.Scopes)
            ? Reject(TokenRejection.ScopeMissing, CognitoClaimTypes.Scope, string.Join(" ", token.Scopes))
        : LacksAll(_requiredGroups, token.Groups)
            ? Reject(TokenRejection.GroupMissing, CognitoClaimTypes.Groups, string.Join(", ", token.Groups))
        : null;

    private static bool LacksAll(HashSet<string> required, IReadOnlyList<string> actual) =>
        required.Count > 0 && !required.Overlaps(actual);

    /// <summary>A user pool as it was configured when the validator was made, with its keys.</summary>
    private sealed class TrustedPool(CognitoUserPool userPool, string issuer, PoolKeys keys)
    {
        public CognitoUserPool UserPool { get; } = userPool;

        // One text for all its tokens: the pool makes another each time it is asked.
        public string Issuer { get; } = issuer;

        public HashSet<string> ClientIds { get; } = new(userPool.ClientIds, StringComparer.Ordinal);

        public PoolKeys Keys { get; } = keys;

        private HashSet<string> Audiences { get; } = new(userPool.Audiences, StringComparer.Ordinal);

        public bool IsOurs(string? audience) => audience != null && (Audiences.Contains(audience) || ClientIds.Contains(audience));
    }
}
