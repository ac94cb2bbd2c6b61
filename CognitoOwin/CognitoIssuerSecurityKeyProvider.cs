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
/// A user pool's issuer and keys for Katana's own <c>UseJwtBearerAuthentication</c>, for an application that keeps it.
/// The interface is synchronous, so that a request that finds no keys blocks its thread until they have come. For that to
/// be rare, the keys are fetched as soon as the provider is made; every later call takes what is kept. Prefer
/// <c>app.UseCognitoJwt()</c>, which waits for nothing and checks what <c>UseJwtBearerAuthentication</c> does not:
/// <c>token_use</c>, and the <c>client_id</c> of access tokens.
/// </summary>
/// <remarks>
/// <c>UseJwtBearerAuthentication</c> asks <see cref="SecurityKeys"/> before it has read the token, so that a key the pool has
/// just taken into use is unknown until the next refresh. <see cref="ResolveSigningKeys"/> knows which key is meant:
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
    private readonly TimeSpan _patience;

    /// <summary>Creates a provider for a user pool.</summary>
    /// <param name="userPool">The pool.</param>
    /// <param name="keys">How its keys are fetched and kept; null for every default.</param>
    /// <param name="logger">Is told how fetches end: <c>app.CreateLogger("CognitoOwin")</c>; null for nobody.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="CognitoConfigurationException">The pool or the settings have problems.</exception>
    public CognitoIssuerSecurityKeyProvider(
        CognitoUserPool userPool, CognitoKeysOptions? keys = null, ILogger? logger = null, TimeProvider? timeProvider = null)
    {
        var options = new CognitoJwtAuthenticationOptions
        {
            Keys = keys ?? new CognitoKeysOptions(),
            TimeProvider = timeProvider ?? TimeProvider.System,
        };
        options.UserPools.Add(userPool ?? throw new ArgumentNullException(nameof(userPool)));
        options.ThrowIfUnusable();
        Issuer = userPool.Issuer!;
        _keys = new PoolKeys(userPool, options.Keys, options.TimeProvider, new CognitoLog(logger));

        // The fetch keeps to its own limit; this one holds should the thread pool have no thread to tell of its end.
        _patience = options.Keys.FetchTimeout + TimeSpan.FromSeconds(1);
        _keys.FetchIfDue();
    }

    /// <summary>The issuer of the pool's tokens.</summary>
    public string Issuer { get; }

    /// <summary>
    /// The pool's keys. None where they could not be fetched within <see cref="CognitoKeysOptions.FetchTimeout"/> and a second:
    /// then no token is accepted. Only a call that finds no keys kept waits.
    /// </summary>
    public IEnumerable<SecurityKey> SecurityKeys =>
        _keys.GetAll(_patience) is { } set ? [.. set.Keys.Values.Select(key => key.SecurityKey)] : [];

    /// <summary>
    /// The one key that a token names, for <see cref="TokenValidationParameters.IssuerSigningKeyResolver"/>. A key that is not
    /// known is fetched, and found on that same request if the pool has it; after a fetch that did not bring it,
    /// <see cref="CognitoKeysOptions.MinimumRefetchInterval"/> must pass before the next. Only then the call waits, for
    /// <see cref="CognitoKeysOptions.FetchTimeout"/> and a second at the longest.
    /// </summary>
    /// <param name="token">The token, which is not looked at.</param>
    /// <param name="securityToken">The token as it was read, not validated yet: one of another issuer gets no key; may be null.</param>
    /// <param name="kid">The <c>kid</c> of the token's header (RFC 7515 §4.1.4). Without one there is no key.</param>
    /// <param name="parameters">The rules, which are not looked at.</param>
    /// <returns>The key, or none.</returns>
    public IEnumerable<SecurityKey> ResolveSigningKeys(
        string? token, SecurityToken? securityToken, string? kid, TokenValidationParameters? parameters)
    {
        if (string.IsNullOrEmpty(kid) || (securityToken != null && securityToken.Issuer != Issuer))
        {
            return [];
        }

        return _keys.Find(kid!, _patience).Key is { } key ? [key.SecurityKey] : [];
    }

    /// <summary>How the pool's keys stand. It waits for nothing, but starts a fetch that is due.</summary>
    /// <returns>The state of the pool.</returns>
    public CognitoPoolHealth GetHealth() => _keys.GetHealth();

    /// <summary>Ends the fetching of keys. Register it with <c>host.OnAppDisposing</c>.</summary>
    public void Dispose() => _keys.Dispose();
}
