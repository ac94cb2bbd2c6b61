using System;
using System.Collections.Generic;
using System.Linq;
using CognitoOwin.Diagnostics;
using CognitoOwin.Keys;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Owin.Logging;
using Microsoft.Owin.Security.Jwt;

namespace CognitoOwin;

/// <summary>
/// Gives a user pool's issuer and keys to Katana's own <c>UseJwtBearerAuthentication</c>, for an application that keeps it. The
/// interface is synchronous, so a request that finds no keys blocks its thread until they are fetched. To make that rare, the
/// provider fetches the keys when it is created, and later calls use the kept keys. Prefer <c>app.UseCognitoJwt()</c>, which
/// blocks no thread and checks what <c>UseJwtBearerAuthentication</c> does not: <c>token_use</c>, and the <c>client_id</c> of
/// access tokens.
/// </summary>
/// <remarks>
/// <c>UseJwtBearerAuthentication</c> reads <see cref="SecurityKeys"/> before it has read the token, so a key that the pool has
/// just started to use is unknown until the next refresh. <see cref="ResolveSigningKeys"/> looks for the key that the token
/// names:
/// <code>
/// TokenValidationParameters = new TokenValidationParameters
/// {
///     ValidIssuer = provider.Issuer,
///     ValidAudience = "1example23456789",
///     IssuerSigningKeyResolver = provider.ResolveSigningKeys,
/// }
/// </code>
/// </remarks>
public sealed class CognitoIssuerSecurityKeyProvider : IIssuerSecurityKeyProvider, IDisposable
{
    private readonly PoolKeys _keys;
    private readonly BlockingKeyReader _reader;

    /// <summary>
    /// Creates a provider for the first issuer of a user pool, and starts to fetch the pool's keys. AWS can switch a pool to
    /// another issuer, so prefer <see cref="CreateAll"/>.
    /// </summary>
    /// <param name="userPool">The pool.</param>
    /// <param name="keys">How its keys are fetched and kept; null for all defaults.</param>
    /// <param name="logger">The log for the results of fetches: <c>app.CreateLogger("CognitoOwin")</c>; null for none.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentNullException"><paramref name="userPool"/> is null.</exception>
    /// <exception cref="CognitoConfigurationException">The pool or the settings have problems.</exception>
    public CognitoIssuerSecurityKeyProvider(
        CognitoUserPool userPool, CognitoKeysOptions? keys = null, ILogger? logger = null, TimeProvider? timeProvider = null)
        : this(CreateKeys(userPool, keys ??= new CognitoKeysOptions(), logger, timeProvider), userPool.Issuers[0], keys.FetchTimeout)
    {
    }

    private CognitoIssuerSecurityKeyProvider(PoolKeys keys, string issuer, TimeSpan fetchTimeout)
    {
        Issuer = issuer;
        _keys = keys;

        // The fetch has its own time limit. This one applies if no thread of the thread pool is free to report the end of the
        // fetch.
        _reader = new BlockingKeyReader(keys.ByIssuer[issuer], fetchTimeout + TimeSpan.FromSeconds(1));
    }

    /// <summary>
    /// Creates one provider for each issuer of a user pool, and starts to fetch the pool's keys. The providers share the keys, so
    /// dispose them together.
    /// </summary>
    /// <param name="userPool">The pool.</param>
    /// <param name="keys">How its keys are fetched and kept; null for all defaults.</param>
    /// <param name="logger">The log for the results of fetches: <c>app.CreateLogger("CognitoOwin")</c>; null for none.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <returns>The providers, for <c>IssuerSecurityKeyProviders</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="userPool"/> is null.</exception>
    /// <exception cref="CognitoConfigurationException">The pool or the settings have problems.</exception>
    public static IReadOnlyList<CognitoIssuerSecurityKeyProvider> CreateAll(
        CognitoUserPool userPool, CognitoKeysOptions? keys = null, ILogger? logger = null, TimeProvider? timeProvider = null)
    {
        keys ??= new CognitoKeysOptions();
        var poolKeys = CreateKeys(userPool, keys, logger, timeProvider);
        return [.. poolKeys.ByIssuer.Keys.Select(issuer => new CognitoIssuerSecurityKeyProvider(poolKeys, issuer, keys.FetchTimeout))];
    }

    /// <summary>Gets the issuer whose tokens the keys verify.</summary>
    public string Issuer { get; }

    /// <summary>
    /// Gets the pool's keys; empty if they could not be fetched within <see cref="CognitoKeysOptions.FetchTimeout"/> and a
    /// second, so that no token is accepted. The call blocks only if no keys are kept.
    /// </summary>
    public IEnumerable<SecurityKey> SecurityKeys =>
        _reader.GetAll() is { } set ? [.. set.Keys.Values.Select(key => key.SecurityKey)] : [];

    /// <summary>
    /// Gets the key that a token names, for <see cref="TokenValidationParameters.IssuerSigningKeyResolver"/>. If the key is
    /// unknown, the call fetches the keys, and finds the key if the pool has it. After a fetch without that key,
    /// <see cref="CognitoKeysOptions.MinimumRefetchInterval"/> must pass before the next. The call blocks only during a fetch,
    /// for <see cref="CognitoKeysOptions.FetchTimeout"/> and a second at most.
    /// </summary>
    /// <param name="token">The token, which is ignored.</param>
    /// <param name="securityToken">The token before its validation; may be null. A token of another issuer gets no key.</param>
    /// <param name="kid">The <c>kid</c> of the token's header (RFC 7515 §4.1.4). Without it there is no key.</param>
    /// <param name="parameters">The rules, which are ignored.</param>
    /// <returns>The key, or an empty list.</returns>
    public IEnumerable<SecurityKey> ResolveSigningKeys(
        string? token, SecurityToken? securityToken, string? kid, TokenValidationParameters? parameters)
    {
        if (string.IsNullOrEmpty(kid) || (securityToken != null && securityToken.Issuer != Issuer))
        {
            return [];
        }

        return _reader.Find(kid!) is { } key ? [key.SecurityKey] : [];
    }

    /// <summary>Gets the state of the pool's keys. The call never blocks; it may start a fetch in the background.</summary>
    /// <returns>The state of the pool.</returns>
    public CognitoPoolHealth GetHealth() => _keys.GetHealth();

    /// <summary>
    /// Ends the fetching of keys, also for the other providers of <see cref="CreateAll"/>. Register it with
    /// <c>host.OnAppDisposing</c>.
    /// </summary>
    public void Dispose() => _keys.Dispose();

    private static PoolKeys CreateKeys(
        CognitoUserPool userPool, CognitoKeysOptions keys, ILogger? logger, TimeProvider? timeProvider)
    {
        var options = new CognitoJwtAuthenticationOptions { Keys = keys, TimeProvider = timeProvider ?? TimeProvider.System };
        options.UserPools.Add(userPool ?? throw new ArgumentNullException(nameof(userPool)));
        options.ThrowIfUnusable();
        var poolKeys = new PoolKeys(userPool, keys, options.ClockSkew, options.TimeProvider, new CognitoLog(logger));
        poolKeys.FetchIfDue();
        return poolKeys;
    }
}
