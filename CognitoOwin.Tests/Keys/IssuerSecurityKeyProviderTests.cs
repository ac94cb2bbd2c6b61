using System;
using System.IdentityModel.Tokens.Jwt;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Owin.Security.Jwt;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Keys;

/// <summary>The key provider for Katana's own <c>UseJwtBearerAuthentication</c>, whose interface is synchronous.</summary>
[TestClass]
public sealed class IssuerSecurityKeyProviderTests : IDisposable
{
    private static int _threads;
    private static int _completionPortThreads;

    private readonly MisbehavingServer _server = new();
    private readonly CognitoTestPool _pool = new();
    private readonly RecordingLog _log = new();

    public IssuerSecurityKeyProviderTests()
    {
        _pool.UserPool.JwksUri = new Uri(_server.Address, "jwks.json");
        _server.OnRequest = MisbehavingServer.Json(() => _pool.Jwks);
    }

    // Blocked requests hold threads of the thread pool. Mono's sockets, unlike those of .NET Framework, need threads of it too.
    [ClassInitialize]
    public static void RaiseThreadPoolMinimum(TestContext context)
    {
        ThreadPool.GetMinThreads(out _threads, out _completionPortThreads);
        ThreadPool.SetMinThreads(Math.Max(_threads, 32), _completionPortThreads);
    }

    [ClassCleanup]
    public static void RestoreThreadPoolMinimum() => ThreadPool.SetMinThreads(_threads, _completionPortThreads);

    public void Dispose()
    {
        _server.Dispose();
        _pool.Dispose();
    }

    [TestMethod]
    [DataRow("ASP.NET")]
    [DataRow("single-threaded")]
    public async Task Blocking_wait_on_a_test_context_deadlocks(string context)
    {
        var ended = await RequestContexts.RunAsync(context, () =>
        {
            static async Task NaiveFetchAsync() => await Task.Yield();
            return Task.FromResult(NaiveFetchAsync().Wait(TimeSpan.FromMilliseconds(200)));
        });

        Assert.IsFalse(ended);
    }

    [TestMethod]
    [DataRow("ASP.NET", false)]
    [DataRow("ASP.NET", true)]
    [DataRow("single-threaded", false)]
    [DataRow("single-threaded", true)]
    public async Task First_request_gets_keys_without_deadlock_on_any_context(string context, bool resolver)
    {
        using var provider = CreateProvider();
        using var host = resolver ? StartWithResolver(provider) : StartWithProvider(provider);
        string token = _pool.IdToken();

        var response = await RequestContexts.RunAsync(context, () => host.GetAsync("/", "Bearer " + token));

        Assert.AreEqual(200, response.StatusCode);
        Assert.AreEqual(1, _server.Fetches);
    }

    [TestMethod]
    [DataRow("ASP.NET")]
    [DataRow("single-threaded")]
    public async Task Concurrent_first_requests_share_one_fetch(string context)
    {
        using var provider = CreateProvider();
        using var host = StartWithProvider(provider);
        string token = _pool.IdToken();

        var responses = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => RequestContexts.RunAsync(context, () => host.GetAsync("/", "Bearer " + token))));

        Assert.IsTrue(responses.All(response => response.StatusCode == 200));
        Assert.AreEqual(1, _server.Fetches);
    }

    [TestMethod]
    [DataRow("ASP.NET", false)]
    [DataRow("single-threaded", true)]
    public async Task Hanging_endpoint_gives_401_after_FetchTimeout(string context, bool resolver)
    {
        _server.OnRequest = _server.SlowHeaders();
        using var provider = CreateProvider(new CognitoKeysOptions { FetchTimeout = TimeSpan.FromMilliseconds(300) });
        using var host = resolver ? StartWithResolver(provider) : StartWithProvider(provider);
        string token = _pool.IdToken();

        var response = await RequestContexts.RunAsync(context, () => host.GetAsync("/", "Bearer " + token));
        var again = await RequestContexts.RunAsync(context, () => host.GetAsync("/", "Bearer " + token));

        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual(401, again.StatusCode);
        Assert.AreEqual(1, _server.Fetches, "The second request does not fetch: MinimumRefetchInterval has not passed.");
        StringAssert.Contains(_log.GetTexts(KeysApp.FetchFailed).Single(), "(Timeout)");
        Assert.IsFalse(provider.GetHealth().IsUsable);
    }

    [TestMethod]
    public async Task Resolver_accepts_a_new_key_on_its_first_request()
    {
        using var provider = CreateProvider();
        using var host = StartWithResolver(provider);
        var old = await RotateKeysAfterFirstRequestAsync(host);

        Assert.AreEqual(200, await GetStatusAsync(host, _pool.IdToken()));
        Assert.AreEqual(200, await GetStatusAsync(host, old));
        Assert.AreEqual(2, _server.Fetches);
    }

    [TestMethod]
    public async Task Provider_alone_accepts_a_new_key_after_the_next_refresh()
    {
        var clock = new FakeTimeProvider();
        using var provider = CreateProvider(clock: clock);
        using var host = StartWithProvider(provider);
        var old = await RotateKeysAfterFirstRequestAsync(host);
        string rotated = _pool.IdToken();
        Assert.AreEqual(401, await GetStatusAsync(host, rotated));

        clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await GetStatusAsync(host, old));
        await _log.WaitForAsync(KeysApp.Fetched, 2);

        Assert.AreEqual(200, await GetStatusAsync(host, rotated));
        Assert.AreEqual(2, _server.Fetches);
    }

    [TestMethod]
    public async Task Resolver_rejects_invented_kids_with_one_fetch()
    {
        using var provider = CreateProvider();
        using var host = StartWithResolver(provider);
        string token = _pool.IdToken();
        Assert.AreEqual(200, await GetStatusAsync(host, token));
        for (var i = 0; i < 50; i++)
        {
            Assert.AreEqual(401, await GetStatusAsync(host, KeysApp.ReplaceKeyId(token, "invented")));
        }

        Assert.AreEqual(200, await GetStatusAsync(host, token));
        Assert.AreEqual(2, _server.Fetches);
    }

    [TestMethod]
    public void Resolver_returns_no_key_without_kid_or_for_another_issuer()
    {
        using var provider = CreateProvider();
        var token = new JwtSecurityToken((string)_pool.IdToken());
        var foreign = new JwtSecurityToken((string)_pool.IdToken().WithClaim("iss", "https://attacker.example"));

        Assert.AreEqual(0, provider.ResolveSigningKeys(null, token, null, null).Count());
        Assert.AreEqual(0, provider.ResolveSigningKeys(null, token, "", null).Count());
        Assert.AreEqual(0, provider.ResolveSigningKeys(null, foreign, token.Header.Kid, null).Count());
        Assert.AreEqual(0, provider.ResolveSigningKeys(null, foreign, "invented", null).Count());

        Assert.AreEqual(token.Header.Kid, provider.ResolveSigningKeys(null, token, token.Header.Kid, null).Single().KeyId);
        Assert.AreEqual(token.Header.Kid, provider.ResolveSigningKeys(null, null, token.Header.Kid, null).Single().KeyId);
        Assert.AreEqual(1, _server.Fetches);
    }

    [TestMethod]
    public async Task Token_of_a_removed_key_gets_401_after_the_next_refresh()
    {
        var clock = new FakeTimeProvider();
        using var provider = CreateProvider(clock: clock);
        using var host = StartWithProvider(provider);
        var old = await RotateKeysAfterFirstRequestAsync(host);
        _pool.DropOldKeys();

        var release = new TaskCompletionSource<bool>();
        _server.OnRequest = MisbehavingServer.After(release.Task, MisbehavingServer.Json(_pool.Jwks));
        clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await GetStatusAsync(host, old));
        release.SetResult(true);
        await _log.WaitForAsync(KeysApp.Fetched, 2);

        Assert.AreEqual(401, await GetStatusAsync(host, old));
    }

    private CognitoIssuerSecurityKeyProvider CreateProvider(CognitoKeysOptions? keys = null, TimeProvider? clock = null) =>
        new(_pool.UserPool, keys, _log, clock);

    /// <summary>Sends a token that gets 200, then gives the pool new keys. Returns the token, whose key is now the old one.</summary>
    private async Task<string> RotateKeysAfterFirstRequestAsync(OwinTestHost host)
    {
        string token = _pool.IdToken();
        Assert.AreEqual(200, await GetStatusAsync(host, token));
        _pool.RotateKeys();
        return token;
    }

    private OwinTestHost StartWithProvider(CognitoIssuerSecurityKeyProvider provider) => OwinTestHost.Start(app =>
    {
        app.UseJwtBearerAuthentication(new JwtBearerAuthenticationOptions
        {
            AllowedAudiences = [_pool.ClientId],
            IssuerSecurityKeyProviders = [provider],
        });
        app.Run(ProtectedApp.AnswerAsync);
    });

    private OwinTestHost StartWithResolver(CognitoIssuerSecurityKeyProvider provider) => OwinTestHost.Start(app =>
    {
        app.UseJwtBearerAuthentication(new JwtBearerAuthenticationOptions
        {
            TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuer = provider.Issuer,
                ValidAudience = _pool.ClientId,
                IssuerSigningKeyResolver = provider.ResolveSigningKeys,
            },
        });
        app.Run(ProtectedApp.AnswerAsync);
    });

    private static async Task<int> GetStatusAsync(OwinTestHost host, string token) =>
        (await host.GetAsync("/", "Bearer " + token)).StatusCode;
}
