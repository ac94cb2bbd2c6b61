using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using System.Security.Claims;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Owin;
using Microsoft.Owin.Builder;
using Microsoft.Owin.BuilderProperties;
using Owin;

namespace CognitoOwin.Testing;

/// <summary>
/// Simulates a Cognito user pool in memory. It issues tokens as Cognito does, and serves its public keys without a socket. Use it
/// with <c>app.UseCognitoJwt(pool.Configure)</c>.
/// </summary>
public sealed class CognitoTestPool : IDisposable
{
    private static int _pools;

    private readonly JwksHandler _handler;
    private volatile IReadOnlyList<TestSigningKey> _keys;
    private int _fetches;

    /// <summary>Creates a pool with keys of its own.</summary>
    /// <param name="userPoolId">The pool's id; null for an id that no other pool of this process has.</param>
    /// <param name="clientId">The id of its app client.</param>
    public CognitoTestPool(string? userPoolId = null, string clientId = "1example23456789")
    {
        UserPool = new CognitoUserPool(userPoolId ?? $"eu-west-1_Test{Interlocked.Increment(ref _pools):D5}", clientId);
        ClientId = clientId;
        IdTokenKey = TestSigningKey.Create();
        AccessTokenKey = TestSigningKey.Create();
        _keys = [IdTokenKey, AccessTokenKey];
        _handler = new JwksHandler(this);
    }

    /// <summary>Gets the pool as options name it.</summary>
    public CognitoUserPool UserPool { get; }

    /// <summary>Gets the <c>iss</c> of new tokens: one of the <see cref="CognitoUserPool.Issuers"/> of <see cref="UserPool"/>.</summary>
    public string Issuer => UserPool.Issuers.FirstOrDefault(issuer => IsUpdated(issuer) == UsesUpdatedIssuer) ?? UserPool.Issuers[0];

    /// <summary>
    /// Gets or sets whether the pool is switched to its updated issuer. New tokens then have it, and its JWKS address serves the
    /// keys; before, that address answers 403, as at AWS. The original address serves the keys in both cases. Default:
    /// <see langword="false"/>.
    /// </summary>
    public bool UsesUpdatedIssuer { get; set; }

    /// <summary>Gets the id of the pool's app client.</summary>
    public string ClientId { get; }

    /// <summary>Gets or sets the clock for the dates of tokens. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gets the key that signs new ID tokens.</summary>
    public TestSigningKey IdTokenKey { get; private set; }

    /// <summary>Gets the key that signs new access tokens. As at Cognito, it is not the key of ID tokens.</summary>
    public TestSigningKey AccessTokenKey { get; private set; }

    /// <summary>Gets the keys that the pool's JWKS lists.</summary>
    public IReadOnlyList<TestSigningKey> Keys => _keys;

    /// <summary>Gets the pool's JWKS, as its endpoint serves it.</summary>
    public string Jwks => WriteJwks(_keys);

    /// <summary>Gets how often the JWKS was fetched.</summary>
    public int JwksFetches => Volatile.Read(ref _fetches);

    /// <summary>
    /// Gets or sets what the JWKS endpoint does instead of serving the keys: return another answer, wait, or throw. Default:
    /// null, so that it serves the keys.
    /// </summary>
    public Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>? OnJwksRequest { get; set; }

    /// <summary>Gets a handler that serves the pool's JWKS at the addresses of its issuers, for <see cref="CognitoKeysOptions.HttpMessageHandler"/>.</summary>
    public HttpMessageHandler JwksEndpoint => _handler;

    /// <summary>
    /// Makes options accept the tokens of this pool and no other: <c>app.UseCognitoJwt(pool.Configure)</c>. It turns
    /// <see cref="CognitoKeysOptions.Prefetch"/> off, so that only requests fetch keys, and a test can count the fetches.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    public void Configure(CognitoJwtAuthenticationOptions options)
    {
        if (options == null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        options.UserPools = [UserPool];
        options.Keys.HttpMessageHandler = JwksEndpoint;
        options.Keys.Prefetch = false;
        options.TimeProvider = TimeProvider;
    }

    /// <summary>
    /// Sends a token through the real middleware with its rules and events, and returns the user that a controller would get.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="configure">Sets the application's own rules and its provisioning handler; null for none.</param>
    /// <returns>The user, who is not authenticated if the token was refused.</returns>
    /// <exception cref="CognitoConfigurationException">The options have problems; the exception lists all of them.</exception>
    /// <exception cref="Exception">The provisioning handler failed; the exception is the handler's.</exception>
    public async Task<ClaimsPrincipal> SignInAsync(string token, Action<CognitoJwtAuthenticationOptions>? configure = null)
    {
        using var disposing = new CancellationTokenSource();
        var user = new ClaimsPrincipal(new ClaimsIdentity());
        var builder = new AppBuilder();
        _ = new AppProperties(builder.Properties) { OnAppDisposing = disposing.Token };
        builder.UseCognitoJwt(options =>
        {
            Configure(options);
            configure?.Invoke(options);
        });
        builder.Run(context =>
        {
            user = context.Authentication.User ?? user;
            return Task.FromResult(0);
        });

        var request = new OwinContext();
        request.Request.Headers.Set("Authorization", "Bearer " + token);
        request.Set<Action<Action<object>, object>>("server.OnSendingHeaders", (_, _) => { });
        await builder.Build<Func<IDictionary<string, object>, Task>>()(request.Environment).ConfigureAwait(false);
        disposing.Cancel();
        if (request.GetCognitoProvisioningFailure() is { Exception: { } exception })
        {
            ExceptionDispatchInfo.Capture(exception).Throw();
        }

        return user;
    }

    /// <summary>Creates an ID token.</summary>
    /// <param name="username">The user's name. The same name always has the same <c>sub</c>.</param>
    /// <returns>The token, which is valid.</returns>
    public CognitoTestToken IdToken(string username = "alice") => CognitoTestToken.CreateIdToken(this, username);

    /// <summary>Creates an access token.</summary>
    /// <param name="username">The user's name. The same name always has the same <c>sub</c>.</param>
    /// <returns>The token, which is valid.</returns>
    public CognitoTestToken AccessToken(string username = "alice") => CognitoTestToken.CreateAccessToken(this, username);

    /// <summary>Creates an access token of a client that acts for itself (client credentials grant).</summary>
    /// <param name="scopes">The scopes of the token.</param>
    /// <returns>The token, which is valid.</returns>
    public CognitoTestToken ClientCredentialsToken(params string[] scopes) => CognitoTestToken.CreateClientCredentialsToken(this, scopes);

    /// <summary>
    /// Creates new keys for new tokens. As at Cognito, the old keys stay in the JWKS, until <see cref="DropOldKeys"/>.
    /// </summary>
    public void RotateKeys()
    {
        IdTokenKey = TestSigningKey.Create();
        AccessTokenKey = TestSigningKey.Create();
        _keys = [IdTokenKey, AccessTokenKey, .. _keys];
    }

    /// <summary>Removes all keys from the JWKS but those that sign new tokens.</summary>
    public void DropOldKeys() => _keys = [IdTokenKey, AccessTokenKey];

    /// <summary>Makes the JWKS endpoint answer with a status and no keys.</summary>
    /// <param name="status">The status, such as 500.</param>
    public void FailJwks(HttpStatusCode status = HttpStatusCode.InternalServerError) =>
        OnJwksRequest = (_, _) => Task.FromResult(new HttpResponseMessage(status));

    /// <summary>Makes the JWKS endpoint serve the keys again.</summary>
    public void RestoreJwks() => OnJwksRequest = null;

    /// <inheritdoc/>
    public void Dispose() => _handler.Dispose();

    /// <summary>Writes a JWKS (RFC 7517 §5) in Cognito's format.</summary>
    /// <param name="keys">The keys.</param>
    /// <returns>The JSON text.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="keys"/> is null.</exception>
    public static string WriteJwks(IEnumerable<TestSigningKey> keys)
    {
        if (keys == null)
        {
            throw new ArgumentNullException(nameof(keys));
        }

        return JsonSerializer.Serialize(new
        {
            keys = keys.Select(key => new
            {
                alg = "RS256",
                e = JwtText.Encode(key.PublicParameters.Exponent),
                kid = key.Id,
                kty = "RSA",
                n = JwtText.Encode(key.PublicParameters.Modulus),
                use = "sig",
            }).ToArray(),
        });
    }

    private static bool IsUpdated(string issuer) => issuer.StartsWith("https://issuer-cognito-idp.", StringComparison.Ordinal);

    private HttpStatusCode GetStatus(HttpRequestMessage request)
    {
        var address = request.RequestUri.AbsoluteUri;
        var issuer = UserPool.Issuers.FirstOrDefault(issuer => address == issuer + "/.well-known/jwks.json");
        if (request.Method != HttpMethod.Get || (issuer == null && request.RequestUri != UserPool.JwksUri))
        {
            return HttpStatusCode.NotFound;
        }

        return issuer != null && IsUpdated(issuer) && !UsesUpdatedIssuer ? HttpStatusCode.Forbidden : HttpStatusCode.OK;
    }

    private sealed class JwksHandler(CognitoTestPool pool) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref pool._fetches);
            if (pool.OnJwksRequest is { } behaviour)
            {
                return behaviour(request, cancellationToken);
            }

            var status = pool.GetStatus(request);
            return Task.FromResult(status == HttpStatusCode.OK ? Serve(pool.Jwks) : new HttpResponseMessage(status));
        }

        private static HttpResponseMessage Serve(string jwks)
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(jwks) };
            response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return response;
        }
    }
}
