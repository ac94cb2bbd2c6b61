using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using CognitoOwin.Diagnostics;
using CognitoOwin.Keys;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Owin.Security.Jwt;

namespace CognitoOwin;

/// <summary>
/// A user pool's issuer and keys for Katana's own <c>UseJwtBearerAuthentication</c>, for an application that keeps it.
/// The interface is synchronous: the first call waits for the keys, every later one takes what is kept. Prefer
/// <c>app.UseCognitoJwt()</c>, which waits for nothing and checks what <c>UseJwtBearerAuthentication</c> does not:
/// <c>token_use</c>, and the <c>client_id</c> of access tokens.
/// </summary>
public sealed class CognitoIssuerSecurityKeyProvider : IIssuerSecurityKeyProvider, IDisposable
{
    private readonly PoolKeys _keys;
    private readonly TimeSpan _patience;

    /// <summary>Creates a provider for a user pool.</summary>
    /// <param name="userPool">The pool.</param>
    /// <param name="keys">How its keys are fetched and kept; null for every default.</param>
    /// <exception cref="CognitoConfigurationException">The pool or the settings have problems.</exception>
    public CognitoIssuerSecurityKeyProvider(CognitoUserPool userPool, CognitoKeysOptions? keys = null)
    {
        var options = new CognitoJwtAuthenticationOptions { Keys = keys ?? new CognitoKeysOptions() };
        options.UserPools.Add(userPool ?? throw new ArgumentNullException(nameof(userPool)));
        options.ThrowIfUnusable();
        Issuer = userPool.Issuer!;
        _keys = new PoolKeys(userPool, options.Keys, options.TimeProvider, CognitoLog.None);

        // The fetch keeps to its own limit; this one holds should the thread pool have no thread for it.
        _patience = options.Keys.FetchTimeout + TimeSpan.FromSeconds(1);
    }

    /// <summary>The issuer of the pool's tokens.</summary>
    public string Issuer { get; }

    /// <summary>
    /// The pool's keys. None where they could not be fetched within <see cref="CognitoKeysOptions.FetchTimeout"/>: then no
    /// token is accepted.
    /// </summary>
    public IEnumerable<SecurityKey> SecurityKeys
    {
        get
        {
            // The fetch runs on the thread pool and comes back to no synchronization context, so that none can wait for itself.
            var all = _keys.GetAllAsync(CancellationToken.None);
            return all.Wait(_patience) && all.Result is { } set ? [.. set.Keys.Values.Select(key => key.SecurityKey)] : [];
        }
    }

    /// <summary>Ends the fetching of keys.</summary>
    public void Dispose() => _keys.Dispose();
}
