using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CognitoOwin.Testing;

/// <summary>
/// Builds a token. A token is valid by default; each method changes one property of it. Pass the builder as a string, or call
/// <see cref="ToString"/>.
/// </summary>
public sealed class CognitoTestToken
{
    private readonly CognitoTestPool _pool;
    private readonly Dictionary<string, object?> _header = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object?> _claims = new(StringComparer.Ordinal);
    private TestSigningKey _key;

    private CognitoTestToken(CognitoTestPool pool, TestSigningKey key, string subject, string tokenUse)
    {
        _pool = pool;
        _key = key;
        var now = pool.TimeProvider.GetUtcNow().ToUnixTimeSeconds();
        _header["kid"] = key.Id;
        _header["alg"] = "RS256";
        _claims["sub"] = subject;
        _claims["iss"] = pool.Issuer;
        _claims["token_use"] = tokenUse;
        _claims["origin_jti"] = Guid.NewGuid().ToString();
        _claims["event_id"] = Guid.NewGuid().ToString();
        _claims["jti"] = Guid.NewGuid().ToString();
        _claims["auth_time"] = now;
        _claims["iat"] = now;
        _claims["exp"] = now + 3600;
    }

    /// <summary>Signs a token.</summary>
    /// <param name="token">The token.</param>
    /// <exception cref="ArgumentNullException"><paramref name="token"/> is null.</exception>
    public static implicit operator string(CognitoTestToken token) =>
        (token ?? throw new ArgumentNullException(nameof(token))).ToString();

    internal static CognitoTestToken CreateIdToken(CognitoTestPool pool, string username)
    {
        var token = new CognitoTestToken(pool, pool.IdTokenKey, CreateSubject(username), "id");
        return token
            .WithClaim("aud", pool.ClientId)
            .WithClaim("cognito:username", username)
            .WithClaim("email", username + "@example.com")
            .WithClaim("email_verified", true);
    }

    internal static CognitoTestToken CreateAccessToken(CognitoTestPool pool, string username)
    {
        var token = new CognitoTestToken(pool, pool.AccessTokenKey, CreateSubject(username), "access");
        return token
            .WithClaim("client_id", pool.ClientId)
            .WithClaim("username", username)
            .WithClaim("version", 2)
            .WithScopes("aws.cognito.signin.user.admin");
    }

    internal static CognitoTestToken CreateClientCredentialsToken(CognitoTestPool pool, string[] scopes)
    {
        var token = new CognitoTestToken(pool, pool.AccessTokenKey, pool.ClientId, "access");
        return token.WithClaim("client_id", pool.ClientId).WithClaim("version", 2).WithScopes(scopes);
    }

    /// <summary>Sets the groups of the user (<c>cognito:groups</c>).</summary>
    /// <param name="groups">The groups.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken WithGroups(params string[] groups) => WithClaim("cognito:groups", groups);

    /// <summary>Sets the scopes (<c>scope</c>).</summary>
    /// <param name="scopes">The scopes.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken WithScopes(params string[] scopes) => WithClaim("scope", string.Join(" ", scopes));

    /// <summary>Sets the e-mail address.</summary>
    /// <param name="email">The address.</param>
    /// <param name="verified">Whether the pool has verified it.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken WithEmail(string email, bool verified = true) =>
        WithClaim("email", email).WithClaim("email_verified", verified);

    /// <summary>Sets a custom attribute, <c>custom:{name}</c>.</summary>
    /// <param name="name">The name, without <c>custom:</c>.</param>
    /// <param name="value">The value.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken WithCustomAttribute(string name, string value) => WithClaim("custom:" + name, value);

    /// <summary>Sets the time at which the token was issued, and how long it is valid from then on.</summary>
    /// <param name="issuedAt">The time at which it was issued.</param>
    /// <param name="lifetime">How long it is valid.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken WithLifetime(DateTimeOffset issuedAt, TimeSpan lifetime) =>
        WithClaim("iat", issuedAt.ToUnixTimeSeconds())
            .WithClaim("auth_time", issuedAt.ToUnixTimeSeconds())
            .WithClaim("exp", (issuedAt + lifetime).ToUnixTimeSeconds());

    /// <summary>Sets how long the token is valid from now on.</summary>
    /// <param name="lifetime">The time; a negative time for a token that has expired.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken WithLifetime(TimeSpan lifetime) =>
        WithClaim("exp", (_pool.TimeProvider.GetUtcNow() + lifetime).ToUnixTimeSeconds());

    /// <summary>Sets the issuer (<c>iss</c>), for a pool that has several.</summary>
    /// <param name="issuer">One of the <see cref="CognitoUserPool.Issuers"/> of the pool.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken FromIssuer(string issuer) => WithClaim("iss", issuer);

    /// <summary>Sets any claim.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">A value that System.Text.Json can write.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken WithClaim(string name, object? value)
    {
        _claims[name] = value;
        return this;
    }

    /// <summary>Removes a claim.</summary>
    /// <param name="name">The name.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken WithoutClaim(string name)
    {
        _claims.Remove(name);
        return this;
    }

    /// <summary>Sets any parameter of the header.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">A value that System.Text.Json can write.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken WithHeader(string name, object? value)
    {
        _header[name] = value;
        return this;
    }

    /// <summary>Removes a parameter of the header.</summary>
    /// <param name="name">The name.</param>
    /// <returns>This token.</returns>
    public CognitoTestToken WithoutHeader(string name)
    {
        _header.Remove(name);
        return this;
    }

    /// <summary>Signs with another key, and names that key in the header.</summary>
    /// <param name="key">The key.</param>
    /// <returns>This token.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public CognitoTestToken SignedBy(TestSigningKey key)
    {
        _key = key ?? throw new ArgumentNullException(nameof(key));
        return WithHeader("kid", key.Id);
    }

    /// <summary>Forges the token: signs with another key, but still names the pool's key in the header.</summary>
    /// <param name="key">The key.</param>
    /// <returns>This token.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public CognitoTestToken ForgedWith(TestSigningKey key)
    {
        _key = key ?? throw new ArgumentNullException(nameof(key));
        return this;
    }

    /// <summary>Signs the token.</summary>
    /// <returns>The token in its compact form (RFC 7515 §3.1).</returns>
    public override string ToString() => Sign(JsonSerializer.Serialize(_header), JsonSerializer.Serialize(_claims), _key);

    /// <summary>Signs any two texts as header and payload, for tests with tokens that no issuer would write.</summary>
    /// <param name="header">The header.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="key">The key.</param>
    /// <returns>The token in its compact form (RFC 7515 §3.1).</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static string Sign(string header, string payload, TestSigningKey key)
    {
        if (key == null)
        {
            throw new ArgumentNullException(nameof(key));
        }

        var input = JwtText.Encode(Encoding.UTF8.GetBytes(header)) + "." + JwtText.Encode(Encoding.UTF8.GetBytes(payload));
        return input + "." + JwtText.Encode(key.Sign(Encoding.ASCII.GetBytes(input)));
    }

    // The UUID depends only on the name, so that a user has the same sub in all tokens of all runs.
    private static string CreateSubject(string username)
    {
        // SHA256.Create() is a managed class if the application targets .NET Framework 4.7.2, and Windows refuses it under its FIPS policy.
        using var hash = new SHA256CryptoServiceProvider();
        return new Guid([.. hash.ComputeHash(Encoding.UTF8.GetBytes(username)).Take(16)]).ToString();
    }
}
