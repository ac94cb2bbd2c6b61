using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Net;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Keys;
using CognitoOwin.Tests.Requests;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin;
using Microsoft.Owin.Logging;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Validation;

/// <summary>
/// The application of <see cref="ProtectedApp"/> with one configured pool, and a resolver for the pools of its tenants. Its clock moves
/// only when a test advances it.
/// </summary>
internal sealed class ResolverApp : IDisposable
{
    public const int PoolRefused = 400;
    public const int LookupFailed = 401;
    public const int LookupsRefused = 402;
    public const int PoolChanged = 403;
    public const int LookupRecovered = 404;

    // Creating RSA keys takes long under Mono.
    private static readonly TestSigningKey OtherKey = TestSigningKey.Create();

    private readonly OwinTestHost _host;
    private readonly ConcurrentDictionary<string, CognitoTestPool> _tenants = new();
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly Signal _arrivals = new();
    private bool _isUnloaded;

    public ResolverApp(Action<CognitoJwtAuthenticationOptions>? configure = null, Func<IOwinContext, Task>? application = null)
    {
        Configured = new CognitoTestPool { TimeProvider = Clock };
        Resolve = (id, _) => Task.FromResult(_tenants.TryGetValue(id, out var tenant) ? tenant.UserPool : null);
        _host = OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(Log);
            app.UseCognitoJwt(options =>
            {
                Configured.Configure(options);
                options.Keys.HttpMessageHandler = new JwksHandler(this);
                options.UserPoolResolver = (id, cancellationToken) =>
                {
                    _calls.Enqueue(id);
                    _arrivals.Add();
                    return Resolve(id, cancellationToken);
                };
                configure?.Invoke(options);
            });
            app.Run(application ?? ProtectedApp.AnswerAsync);
        });
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public RecordingLog Log { get; } = new();

    public CognitoTestPool Configured { get; }

    /// <summary>The resolver of the application. By default it knows the tenants.</summary>
    public Func<string, CancellationToken, Task<CognitoUserPool?>> Resolve { get; set; }

    /// <summary>The ids that the resolver was asked for.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Adds a tenant, and sends a token of its pool, so that the pool is known.</summary>
    public async Task<(CognitoTestPool Tenant, string Token)> AddKnownTenantAsync()
    {
        var tenant = AddTenant();
        var token = Token(tenant);
        Assert.AreEqual(200, await GetStatusAsync(token));
        return (tenant, token);
    }

    public CognitoTestPool AddTenant()
    {
        var tenant = new CognitoTestPool { TimeProvider = Clock };
        _tenants[tenant.UserPool.UserPoolId!] = tenant;
        return tenant;
    }

    public void RemoveTenant(CognitoTestPool tenant) => _tenants.TryRemove(tenant.UserPool.UserPoolId!, out _);

    public Task WaitForCallsAsync(int count) => _arrivals.WaitForAsync(count);

    /// <summary>A token that is valid for longer than any of these tests, and is older than every fetch of keys.</summary>
    public string Token(CognitoTestPool pool, string username = "alice") =>
        pool.IdToken(username).WithLifetime(Clock.GetUtcNow() - TimeSpan.FromHours(1), TimeSpan.FromDays(366));

    /// <summary>A token that passes every rule that needs no user pool. Nobody has signed it.</summary>
    public string Forge(string issuer, string clientId = "1example23456789") =>
        Base64UrlText.Encode($$"""{"alg":"RS256","kid":"{{OtherKey.Id}}"}""") + "."
        + Base64UrlText.Encode(JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["iss"] = issuer,
            ["aud"] = clientId,
            ["token_use"] = "id",
            ["exp"] = Clock.GetUtcNow().AddDays(366).ToUnixTimeSeconds(),
            ["iat"] = Clock.GetUtcNow().AddHours(-1).ToUnixTimeSeconds(),
        }))
        + "." + new string('A', 342);

    /// <summary>A token of a pool in Ireland. Its client is no client of the pool, so that it causes no fetch of keys.</summary>
    public string ForgeForId(string id) => Forge("https://cognito-idp.eu-west-1.amazonaws.com/" + id, "another");

    public Task<OwinTestResponse> GetAsync(string token, string path = "/") => _host.GetAsync(path, "Bearer " + token);

    public Task<OwinTestResponse> GetAnonymouslyAsync(string path) => _host.GetAsync(path);

    public async Task<int> GetStatusAsync(string token) => (await GetAsync(token)).StatusCode;

    /// <summary>Repeats a request until it gets a status. The server ends some work after it has answered.</summary>
    public async Task WaitForStatusAsync(int status, Func<string> createToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await GetStatusAsync(createToken()) != status)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Disposes the application, as a host does when it unloads it.</summary>
    public void Unload()
    {
        _host.Dispose();
        _isUnloaded = true;
    }

    public void Dispose()
    {
        if (!_isUnloaded)
        {
            _host.Dispose();
        }

        Configured.Dispose();
        foreach (var tenant in _tenants.Values)
        {
            tenant.Dispose();
        }
    }

    private sealed class JwksHandler(ResolverApp app) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var id = request.RequestUri!.AbsolutePath.Split('/')[1];
            var pool = id == app.Configured.UserPool.UserPoolId ? app.Configured : app._tenants.TryGetValue(id, out var tenant) ? tenant : null;
            return pool == null
                ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound))
                : new HttpMessageInvoker(pool.JwksEndpoint, disposeHandler: false).SendAsync(request, cancellationToken);
        }
    }
}
