using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Validation;
using Microsoft.Extensions.Time.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Revocations;

/// <summary>How long a revocation is kept, and how many are.</summary>
[TestClass]
[DoNotParallelize]
public sealed class RevocationListTests
{
    // Cognito's clock may be ahead by one clock skew, and a token is accepted for one more after it has expired.
    private static readonly TimeSpan LastToken = TimeSpan.FromHours(24) + TimeSpan.FromSeconds(2 * 60);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000));

    public static IEnumerable<object[]> Lifetimes =>
    [
        ["sign-in", false, TimeSpan.FromDays(30) + LastToken],
        ["sign-in", true, LastToken],
        ["user", false, TimeSpan.FromDays(30) + LastToken],
        ["user", true, LastToken],
        ["client", false, LastToken],
        ["token", false, TimeSpan.FromHours(1) + TimeSpan.FromSeconds(60)],
    ];

    [TestMethod]
    [DynamicData(nameof(Lifetimes))]
    public async Task Entry_is_kept_as_long_as_a_token_of_it_can_be_valid(string kind, bool isRefreshTokenRevoked, TimeSpan lifetime)
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var validator = PoolValidator.Create(pool);
        var moment = _clock.GetUtcNow();
        await RevokeAsync(validator.Revocations, pool, kind, moment, isRefreshTokenRevoked);

        _clock.Advance(lifetime - TimeSpan.FromSeconds(1));
        Assert.AreEqual(TokenRejection.Revoked, await GetRejectionAsync());
        Assert.AreEqual(TokenRejection.Revoked, await GetRejectionAsync(), "It is looked up again.");

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(TokenRejection.None, await GetRejectionAsync());

        // No pool issues such a token, except to a sign-in that is older than its refresh token lives.
        async Task<TokenRejection> GetRejectionAsync() => (await validator.ValidateAsync(pool.IdToken()
            .WithClaim("origin_jti", "sign-in 1").WithClaim("jti", "token 1").WithClaim("sub", "user 1")
            .WithClaim("auth_time", moment.ToUnixTimeSeconds()).WithClaim("iat", moment.ToUnixTimeSeconds()))).Rejection;
    }

    [TestMethod]
    public async Task Refresh_token_lifetime_and_clock_skew_are_settings()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var validator = PoolValidator.Create(pool, options =>
        {
            options.Revocations.RefreshTokenLifetime = TimeSpan.FromDays(365);
            options.ClockSkew = TimeSpan.Zero;
        });
        await validator.Revocations.RevokeSignInAsync(pool.UserPool.UserPoolId!, "sign-in 1");

        _clock.Advance(TimeSpan.FromDays(366) - TimeSpan.FromSeconds(1));
        Assert.AreEqual(TokenRejection.Revoked, (await validator.ValidateAsync(pool.IdToken().WithClaim("origin_jti", "sign-in 1"))).Rejection);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsTrue((await validator.ValidateAsync(pool.IdToken().WithClaim("origin_jti", "sign-in 1"))).IsValid);
    }

    [TestMethod]
    public async Task Longest_lifetime_of_those_who_share_a_list_counts()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        var list = new CognitoRevocationList();
        using var first = Create(TimeSpan.FromDays(1));
        using var second = Create(TimeSpan.FromDays(60));
        using var third = Create(TimeSpan.FromDays(30));
        await first.Revocations.RevokeSignInAsync(pool.UserPool.UserPoolId!, "sign-in 1");

        _clock.Advance(TimeSpan.FromDays(61));

        foreach (var validator in new[] { first, second, third })
        {
            Assert.AreEqual(
                TokenRejection.Revoked, (await validator.ValidateAsync(pool.IdToken().WithClaim("origin_jti", "sign-in 1"))).Rejection);
        }

        CognitoTokenValidator Create(TimeSpan lifetime) => PoolValidator.Create(pool, options =>
        {
            options.Revocations.List = list;
            options.Revocations.RefreshTokenLifetime = lifetime;
        });
    }

    [TestMethod]
    [DataRow(61, 30, DisplayName = "larger clock skew")]
    [DataRow(60, 31, DisplayName = "longer refresh token lifetime")]
    public async Task Larger_setting_after_the_first_revocation_throws(int clockSkew, int refreshTokenLifetime)
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        var list = new CognitoRevocationList();
        using var first = Create(60, 30);
        using (Create(60, 30))
        {
            await list.RevokeSignInAsync(pool.UserPool.UserPoolId!, "sign-in 1");
        }

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Create(clockSkew, refreshTokenLifetime));

        StringAssert.Contains(failure.Message, "Create all validators that share a list before the first revocation");
        using var second = Create(1, 1);
        _clock.Advance(TimeSpan.FromDays(30) + LastToken - TimeSpan.FromSeconds(1));
        Assert.AreEqual(
            TokenRejection.Revoked, (await second.ValidateAsync(pool.IdToken().WithClaim("origin_jti", "sign-in 1"))).Rejection);

        CognitoTokenValidator Create(int seconds, int days) => PoolValidator.Create(pool, options =>
        {
            options.Revocations.List = list;
            options.Revocations.RefreshTokenLifetime = TimeSpan.FromDays(days);
            options.ClockSkew = TimeSpan.FromSeconds(seconds);
        });
    }

    [TestMethod]
    public async Task Shorter_lifetime_does_not_shorten_an_entry()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var validator = PoolValidator.Create(pool);
        var moment = _clock.GetUtcNow();
        await validator.Revocations.RevokeUserAsync(pool.UserPool.UserPoolId!, "user 1", moment);
        await validator.Revocations.RevokeUserAsync(pool.UserPool.UserPoolId!, "user 1", moment, areRefreshTokensRevoked: true);

        _clock.Advance(TimeSpan.FromDays(30) + LastToken - TimeSpan.FromSeconds(1));

        Assert.AreEqual(TokenRejection.Revoked, await GetRejectionAsync(validator, pool, signedInAt: moment));
    }

    [TestMethod]
    public async Task Later_moment_replaces_an_earlier_one_and_never_the_reverse()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var validator = PoolValidator.Create(pool);
        var moment = _clock.GetUtcNow();

        await validator.Revocations.RevokeUserAsync(pool.UserPool.UserPoolId!, "user 1", moment.AddHours(-2));
        Assert.AreEqual(TokenRejection.Revoked, await GetRejectionAsync(validator, pool, signedInAt: moment.AddHours(-2)));
        Assert.AreEqual(TokenRejection.None, await GetRejectionAsync(validator, pool, signedInAt: moment.AddHours(-1)));

        await validator.Revocations.RevokeUserAsync(pool.UserPool.UserPoolId!, "user 1", moment.AddHours(-1));
        Assert.AreEqual(TokenRejection.Revoked, await GetRejectionAsync(validator, pool, signedInAt: moment.AddHours(-1)));

        await validator.Revocations.RevokeUserAsync(pool.UserPool.UserPoolId!, "user 1", moment.AddHours(-3));
        Assert.AreEqual(TokenRejection.Revoked, await GetRejectionAsync(validator, pool, signedInAt: moment.AddHours(-1)));
        Assert.AreEqual(1, ((CognitoRevocationList)validator.Revocations).Count);
    }

    [TestMethod]
    public async Task Full_list_throws_and_evicts_nothing()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var validator = PoolValidator.Create(pool, options => options.Revocations.MaximumEntries = 2);
        var poolId = pool.UserPool.UserPoolId!;
        await validator.Revocations.RevokeSignInAsync(poolId, "sign-in 1", isRefreshTokenRevoked: true);
        await validator.Revocations.RevokeSignInAsync(poolId, "sign-in 2");

        var full = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => validator.Revocations.RevokeSignInAsync(poolId, "sign-in 3"));
        StringAssert.StartsWith(full.Message, "Nothing was revoked, because the list of revocations is full: it has 2 entries");
        Assert.IsTrue((await validator.ValidateAsync(pool.IdToken().WithClaim("origin_jti", "sign-in 3"))).IsValid);
        await validator.Revocations.RevokeSignInAsync(poolId, "sign-in 2");
        foreach (var signIn in new[] { "sign-in 1", "sign-in 2" })
        {
            Assert.AreEqual(TokenRejection.Revoked, (await validator.ValidateAsync(pool.IdToken().WithClaim("origin_jti", signIn))).Rejection);
        }

        _clock.Advance(LastToken);
        await validator.Revocations.RevokeSignInAsync(poolId, "sign-in 3");
        Assert.AreEqual(TokenRejection.Revoked, (await validator.ValidateAsync(pool.IdToken().WithClaim("origin_jti", "sign-in 3"))).Rejection);
    }

    [TestMethod]
    public async Task Full_list_takes_a_revocation_if_an_entry_behind_prolonged_ones_has_expired()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var validator = PoolValidator.Create(pool, options => options.Revocations.MaximumEntries = 20);
        var poolId = pool.UserPool.UserPoolId!;
        var start = _clock.GetUtcNow();
        for (var i = 0; i < 20; i++)
        {
            await validator.Revocations.RevokeTokenAsync(poolId, "token " + i, start.AddMinutes(10 + i));
        }

        // These are the first in the order of their old expirations.
        for (var i = 0; i < 6; i++)
        {
            await validator.Revocations.RevokeTokenAsync(poolId, "token " + i, start.AddDays(1));
        }

        _clock.Advance(TimeSpan.FromHours(2));
        await validator.Revocations.RevokeSignInAsync(poolId, "sign-in 1");

        Assert.AreEqual(TokenRejection.Revoked, (await validator.ValidateAsync(pool.IdToken().WithClaim("origin_jti", "sign-in 1"))).Rejection);
        for (var i = 0; i < 6; i++)
        {
            Assert.AreEqual(TokenRejection.Revoked, (await validator.ValidateAsync(pool.IdToken().WithClaim("jti", "token " + i))).Rejection);
        }
    }

    [TestMethod]
    public async Task Expired_entries_are_removed_a_few_at_each_revocation()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var validator = PoolValidator.Create(pool);
        var list = (CognitoRevocationList)validator.Revocations;
        var poolId = pool.UserPool.UserPoolId!;
        var random = new Random(20);
        for (var i = 0; i < 200; i++)
        {
            await list.RevokeTokenAsync(poolId, "token " + i, _clock.GetUtcNow().AddSeconds(random.Next(3600)));
        }

        // These stay, although their place in the order is that of a shorter lifetime.
        for (var i = 0; i < 10; i++)
        {
            await list.RevokeTokenAsync(poolId, "token " + i, _clock.GetUtcNow().AddDays(1));
        }

        Assert.AreEqual(200, list.Count);
        _clock.Advance(TimeSpan.FromHours(2));

        var before = list.Count;
        for (var i = 0; i < 70; i++)
        {
            await list.RevokeTokenAsync(poolId, "kept", _clock.GetUtcNow().AddDays(1));
            Assert.IsTrue(before - list.Count <= 4, $"{before} entries, then {list.Count}");
            before = list.Count;
        }

        Assert.AreEqual(11, list.Count);
        foreach (var id in Enumerable.Range(0, 10).Select(i => "token " + i).Append("kept"))
        {
            Assert.AreEqual(TokenRejection.Revoked, (await validator.ValidateAsync(pool.IdToken().WithClaim("jti", id))).Rejection);
        }
    }

    [TestMethod]
    public async Task Expired_token_takes_no_room()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var validator = PoolValidator.Create(pool);
        var list = (CognitoRevocationList)validator.Revocations;

        await list.RevokeTokenAsync(pool.UserPool.UserPoolId!, "token 1", _clock.GetUtcNow().AddSeconds(-60));
        Assert.AreEqual(0, list.Count);

        await list.RevokeTokenAsync(pool.UserPool.UserPoolId!, "token 2", _clock.GetUtcNow().AddSeconds(-59));
        Assert.AreEqual(1, list.Count, "Within the clock skew it is still accepted.");
    }

    [TestMethod]
    public async Task Health_shows_how_full_the_list_is()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var validator = PoolValidator.Create(pool, options => options.Revocations.MaximumEntries = 10);
        await validator.ValidateAsync(pool.IdToken());

        for (var i = 0; i < 8; i++)
        {
            await validator.Revocations.RevokeSignInAsync(pool.UserPool.UserPoolId!, "sign-in " + i);
        }

        var health = validator.GetHealth();
        Assert.AreEqual((8, 10), (health.Revocations.Entries, health.Revocations.MaximumEntries));
        Assert.IsFalse(health.IsDegraded || health.Revocations.IsDegraded);

        await validator.Revocations.RevokeSignInAsync(pool.UserPool.UserPoolId!, "sign-in 8");
        health = validator.GetHealth();
        Assert.IsTrue(health.IsUsable && health.IsDegraded && health.Revocations.IsDegraded);
    }

    [TestMethod]
    public async Task Metrics_count_entries_and_refused_tokens()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var measurements = new RevocationMeasurements();
        var before = measurements.Entries;
        var validator = PoolValidator.Create(pool);
        foreach (var kind in new[] { "sign-in", "user", "token", "client" })
        {
            await RevokeAsync(validator.Revocations, pool, kind, _clock.GetUtcNow(), isRefreshTokenRevoked: false);
        }

        Assert.AreEqual(before + 4, measurements.Entries);
        _clock.Advance(TimeSpan.FromSeconds(1));
        string[] tokens =
        [
            pool.IdToken().WithClaim("origin_jti", "sign-in 1"),
            pool.IdToken().WithClaim("sub", "user 1").WithClaim("auth_time", 1),
            pool.IdToken().WithClaim("jti", "token 1"),
            pool.IdToken().WithClaim("iat", 1),
        ];
        foreach (var token in tokens)
        {
            Assert.AreEqual(TokenRejection.Revoked, (await validator.ValidateAsync(token)).Rejection);
        }

        Assert.IsTrue((await validator.ValidateAsync(pool.IdToken())).IsValid);
        CollectionAssert.AreEqual(
            new[] { "client 1", "sign_in 1", "token 1", "user 1" }, measurements.Refused.OrderBy(text => text, StringComparer.Ordinal).ToArray());

        CollectionAssert.AreEqual(
            new[] { "client 1", "sign_in 1", "token 1", "user 1" }, measurements.Written.OrderBy(text => text, StringComparer.Ordinal).ToArray());

        validator.Dispose();
        validator.Dispose();
        Assert.AreEqual(before, measurements.Entries);
    }

    [TestMethod]
    public async Task List_is_measured_until_the_last_validator_is_disposed()
    {
        using var pool = new CognitoTestPool { TimeProvider = _clock };
        using var measurements = new RevocationMeasurements();
        var before = measurements.Entries;
        var list = new CognitoRevocationList();
        var one = PoolValidator.Create(pool, options => options.Revocations.List = list);
        var other = PoolValidator.Create(pool, options => options.Revocations.List = list);
        await one.Revocations.RevokeSignInAsync(pool.UserPool.UserPoolId!, "sign-in 1");

        one.Dispose();
        Assert.AreEqual(before + 1, measurements.Entries);
        other.Dispose();
        Assert.AreEqual(before, measurements.Entries);
    }

    private static Task RevokeAsync(
        ICognitoRevocations revocations, CognitoTestPool pool, string kind, DateTimeOffset moment, bool isRefreshTokenRevoked)
    {
        var poolId = pool.UserPool.UserPoolId!;
        return kind switch
        {
            "sign-in" => revocations.RevokeSignInAsync(poolId, "sign-in 1", isRefreshTokenRevoked),
            "user" => revocations.RevokeUserAsync(poolId, "user 1", moment, isRefreshTokenRevoked),
            "token" => revocations.RevokeTokenAsync(poolId, "token 1", moment.AddHours(1)),
            _ => revocations.RevokeClientAsync(poolId, pool.ClientId, moment),
        };
    }

    private static async Task<TokenRejection> GetRejectionAsync(CognitoTokenValidator validator, CognitoTestPool pool, DateTimeOffset signedInAt) =>
        (await validator.ValidateAsync(
            pool.IdToken().WithClaim("sub", "user 1").WithClaim("auth_time", signedInAt.ToUnixTimeSeconds()))).Rejection;
}
