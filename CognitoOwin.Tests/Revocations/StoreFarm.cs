using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Validation;
using Microsoft.Extensions.Time.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Revocations;

/// <summary>Servers that share a pool, a clock and a store. The clock moves only as long as a test waits for something.</summary>
internal sealed class StoreFarm : IDisposable
{
    private readonly List<CognitoTokenValidator> _servers = [];

    public StoreFarm()
    {
        Pool = new CognitoTestPool { TimeProvider = Clock };
        Store = new SharedStore(Clock);
    }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000));

    public CognitoTestPool Pool { get; }

    public string PoolId => Pool.UserPool.UserPoolId!;

    public SharedStore Store { get; }

    /// <summary>Starts a server, and does not wait for its first reading.</summary>
    public CognitoTokenValidator Start(StoreConnection? connection = null, Action<CognitoJwtAuthenticationOptions>? configure = null)
    {
        var server = PoolValidator.Create(Pool, options =>
        {
            options.Revocations.Store = connection ?? Store.Connect();

            // The clock runs fast here, and the health starts a fetch.
            options.Keys.FetchTimeout = TimeSpan.FromMinutes(1);
            configure?.Invoke(options);
        });
        _servers.Add(server);
        return server;
    }

    /// <summary>Starts a server that has read the store and fetched the keys.</summary>
    public async Task<CognitoTokenValidator> StartReadyAsync(
        StoreConnection? connection = null, Action<CognitoJwtAuthenticationOptions>? configure = null)
    {
        var server = Start(connection, configure);
        await UntilAsync(() => server.GetHealth() is { IsUsable: true, Revocations.IsStoreReachable: true });
        return server;
    }

    public string SignedIn(string signIn) => Pool.IdToken().WithClaim("origin_jti", signIn);

    public async Task<TokenRejection> GetRejectionAsync(CognitoTokenValidator server, string signIn) =>
        (await server.ValidateAsync(SignedIn(signIn))).Rejection;

    public Task UntilRevokedAsync(CognitoTokenValidator server, string signIn) =>
        UntilAsync(async () => await GetRejectionAsync(server, signIn) == TokenRejection.Revoked);

    public Task<TimeSpan> UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    /// <summary>Lets time pass in steps of a second.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        var end = Clock.GetUtcNow() + time;
        await UntilAsync(() => Task.FromResult(Clock.GetUtcNow() >= end), TimeSpan.FromSeconds(1));
    }

    /// <summary>
    /// Moves the clock in steps (by default of 50 milliseconds) until something holds. The servers work on other threads, so it also gives them time.
    /// </summary>
    /// <returns>How far the clock moved.</returns>
    public async Task<TimeSpan> UntilAsync(Func<Task<bool>> condition, TimeSpan? step = null)
    {
        var start = Clock.GetUtcNow();
        var limit = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.IsTrue(limit.Elapsed < TimeSpan.FromSeconds(60), "It has not come true.");
            await Task.Delay(1);
            Clock.Advance(step ?? TimeSpan.FromMilliseconds(50));
        }

        return Clock.GetUtcNow() - start;
    }

    public void Dispose()
    {
        _servers.ForEach(server => server.Dispose());
        Pool.Dispose();
    }
}
