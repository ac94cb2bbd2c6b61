using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Validation;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using StackExchange.Redis;

namespace CognitoOwin.Tests.Revocations;

/// <summary>The store of CognitoOwin.Redis, on a real Redis.</summary>
[TestClass]
[DoNotParallelize]
public sealed class RedisStoreTests
{
    private const string Prefix = "{cognito-revocations}:";
    private static RedisServer? _shared;

    private static readonly DateTimeOffset Moment = DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_123);
    private static readonly DateTimeOffset Always = DateTimeOffset.FromUnixTimeMilliseconds(253_402_300_799_999);

    [ClassCleanup]
    public static void StopServer() => _shared?.Dispose();

    [TestMethod]
    public async Task Entries_are_read_in_the_order_in_which_they_were_written()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        string[] keys = ["s/pool/a", "u/pool/b c:{}*\r\n$3\r\nDEL\r\n", "t/pool/ü🐛", "c/pool/" + new string('x', 256)];

        await store.WriteAsync([.. keys.Select(key => new CognitoStoredRevocation(key, Moment, Moment.AddDays(1)))]);
        var first = await store.Store.ReadAsync(0, 3, default);
        var second = await store.Store.ReadAsync(first.Position, 3, default);
        var third = await store.Store.ReadAsync(second.Position, 3, default);

        CollectionAssert.AreEqual(keys, first.Revocations.Concat(second.Revocations).Select(entry => entry.Key).ToArray());
        Assert.AreEqual((true, false, false), (first.HasMore, second.HasMore, third.HasMore));
        Assert.AreEqual((second.Position, 0), (third.Position, third.Revocations.Count));
        Assert.AreEqual((Moment, Moment.AddDays(1)), (first.Revocations[0].Moment, first.Revocations[0].ExpiresAt));
        Assert.AreEqual(first.DataId, third.DataId);
        Assert.IsTrue(third.DataAge < TimeSpan.FromMinutes(1));
    }

    [TestMethod]
    public async Task Later_values_count_and_an_unchanged_entry_keeps_its_position()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        var past = Moment.AddYears(-10);
        await store.WriteAsync([new("u/pool/1", past, Moment.AddDays(1)), new("s/pool/1", Always, Moment.AddDays(1))]);
        var position = (await store.ReadAsync()).Position;

        await store.WriteAsync([new("u/pool/1", past.AddHours(-1), Moment), new("s/pool/1", Always, Moment.AddDays(1))]);
        Assert.AreEqual(position, (await store.ReadAsync()).Position);

        await store.WriteAsync([new("u/pool/1", past.AddHours(-1), Moment.AddDays(2))]);
        var changed = (await store.Store.ReadAsync(position, 10, default)).Revocations.Single();
        Assert.AreEqual(("u/pool/1", past, Moment.AddDays(2)), (changed.Key, changed.Moment, changed.ExpiresAt));
    }

    [TestMethod]
    [DataRow("meta")]
    [DataRow("entries")]
    [DataRow("log")]
    [DataRow("expiry")]
    [DataRow("*", DisplayName = "FLUSHALL")]
    public async Task Lost_key_gives_the_data_a_new_id(string key)
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);
        var before = await store.ReadAsync();

        await redis.ExecuteAsync(key == "*" ? ["FLUSHALL"] : ["DEL", Prefix + key]);
        var after = await store.ReadAsync();

        Assert.AreNotEqual(before.DataId, after.DataId);
        Assert.AreEqual(0, after.Revocations.Count);
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);
        Assert.AreEqual((after.DataId, 1), ((await store.ReadAsync()).DataId, (await store.ReadAsync()).Revocations.Count));
    }

    [TestMethod]
    [DataRow("HSET meta count 2")]
    [DataRow("HSET meta count x")]
    [DataRow("HSET meta last 9007199254740991")]
    [DataRow("HSET meta count nan")]
    [DataRow("HSET meta count ")]
    [DataRow("HSET meta last -")]
    [DataRow("HSET meta last nan")]
    [DataRow("HSET meta last -inf")]
    [DataRow("HSET meta last 1e9999")]
    [DataRow("HSET meta last 0x10")]
    [DataRow("HSET meta created -5")]
    [DataRow("HSET meta created nan")]
    [DataRow("HSET meta created inf")]
    [DataRow("HSET meta id 12345678901234567890123456789012345678901234567890123456789012345")]
    [DataRow("HDEL meta created")]
    [DataRow("HDEL entries s/pool/1")]
    [DataRow("HSET entries s/pool/2 value")]
    [DataRow("ZADD log 9007199254740991 s/pool/1")]
    [DataRow("ZADD log inf s/pool/1")]
    [DataRow("ZREM expiry s/pool/1")]
    [DataRow("SET meta x")]
    [DataRow("SET entries x")]
    [DataRow("SET log x")]
    [DataRow("SET expiry x")]
    public async Task Change_by_somebody_else_that_does_not_fit_gives_the_data_a_new_id(string command)
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);
        var before = await store.ReadAsync();

        var words = command.Split(' ');
        words[1] = Prefix + words[1];
        await redis.ExecuteAsync(words);
        var after = await store.ReadAsync();

        Assert.AreNotEqual(before.DataId, after.DataId);
        Assert.AreEqual(0, after.Revocations.Count);
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);
        Assert.AreEqual(1, (await store.ReadAsync()).Revocations.Count);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("1")]
    [DataRow("1 2 3")]
    [DataRow("-1 2")]
    [DataRow("1.5 2")]
    [DataRow("1 1234567890123456")]
    [DataRow("999999999999999 1")]
    [DataRow("\n1 2")]
    public async Task Malformed_value_is_ignored_and_counted_and_replaced_by_the_next_write(string value)
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        await store.WriteAsync([new("s/pool/1", Always, Moment), new("s/pool/2", Always, Moment)]);
        await redis.ExecuteAsync("HSET", Prefix + "entries", "s/pool/1", value);

        var page = await store.ReadAsync();
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);

        Assert.AreEqual((1, "s/pool/2"), (page.Ignored, page.Revocations.Single().Key));
        Assert.AreEqual((0, 2), ((await store.ReadAsync()).Ignored, (await store.ReadAsync()).Revocations.Count));
    }

    [TestMethod]
    public async Task Huge_key_is_ignored_and_counted()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);

        await store.WriteAsync([new("s/pool/" + new string('x', 1_000_000), Always, Moment), new("s/pool/2", Always, Moment)]);

        var page = await store.ReadAsync();
        Assert.AreEqual((1, "s/pool/2"), (page.Ignored, page.Revocations.Single().Key));
    }

    [TestMethod]
    public async Task Keys_live_an_hour_longer_than_the_last_entry_and_expired_entries_are_removed()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        var now = DateTimeOffset.UtcNow;
        await store.WriteAsync([new("s/pool/1", Always, now.AddMinutes(-61)), new("s/pool/2", Always, now.AddMinutes(-59)), new("s/pool/3", Always, now.AddDays(1))]);

        await store.WriteAsync([new("s/pool/4", Always, now.AddDays(1))]);

        CollectionAssert.AreEqual(
            new[] { "s/pool/2", "s/pool/3", "s/pool/4" }, (await store.ReadAsync()).Revocations.Select(entry => entry.Key).ToArray());
        foreach (var key in new[] { "entries", "log", "expiry" })
        {
            var left = TimeSpan.FromMilliseconds((double)await redis.ExecuteAsync("PTTL", Prefix + key));
            Assert.IsTrue(left > TimeSpan.FromHours(24.9) && left <= TimeSpan.FromHours(25), $"{key}: {left}");
        }
    }

    [TestMethod]
    public async Task Position_behind_the_end_means_lost_entries_so_that_all_servers_write_again()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);
        var page = await store.ReadAsync();
        await store.WaitForSubscriptionAsync(redis);

        var again = await store.Store.ReadAsync(page.Position + 1_000_000_000, 10, default);

        Assert.AreEqual((page.Position, 1), (again.Position, again.Revocations.Count));
        Assert.AreNotEqual(page.DataId, again.DataId);
        Assert.IsTrue(again.DataAge < TimeSpan.FromSeconds(5), "A server that starts now waits for the others.");
        await store.WaitForAsync(CognitoRevocationStoreEvent.Changed, 1);

        // A second server that asks so is behind the new end.
        var second = await store.Store.ReadAsync(page.Position + 1_000_000_000, 10, default);
        Assert.AreEqual((again.DataId, 0), (second.DataId, second.Revocations.Count));
        await store.WriteAsync([new("s/pool/2", Always, Moment)]);
        Assert.AreEqual("s/pool/2", (await store.Store.ReadAsync(second.Position, 10, default)).Revocations.Single().Key);
    }

    [TestMethod]
    public async Task Restarted_Redis_may_lack_the_last_entries_so_that_all_servers_write_again()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);
        var page = await store.ReadAsync();

        // As after a start with its data: another run of Redis has written them.
        await redis.ExecuteAsync("HSET", Prefix + "meta", "run", "0123456789abcdef");
        var again = await store.ReadAsync();

        Assert.AreNotEqual(page.DataId, again.DataId);
        Assert.AreEqual(1, again.Revocations.Count);
        Assert.IsTrue(again.DataAge < TimeSpan.FromSeconds(5));
        Assert.AreEqual(again.DataId, (await store.ReadAsync()).DataId);
    }

    [TestMethod]
    public async Task Moment_in_the_future_does_not_hide_a_revocation()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        await store.WriteAsync([new("u/pool/1", Always, Always), new("u/pool/2", DateTimeOffset.UtcNow.AddHours(1), Always)]);
        var page = await store.ReadAsync();
        var now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

        await store.WriteAsync([new("u/pool/1", now, now.AddDays(1)), new("u/pool/2", now, now.AddDays(1))]);

        var changed = await store.Store.ReadAsync(page.Position, 10, default);
        CollectionAssert.AreEqual(new[] { now, now }, changed.Revocations.Select(revocation => revocation.Moment).ToArray());
    }

    [TestMethod]
    public async Task Revocation_without_its_place_in_the_order_gets_one_at_the_next_write()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);
        await redis.ExecuteAsync("ZADD", Prefix + "log", "-1", "s/pool/1");
        Assert.AreEqual(0, (await store.ReadAsync()).Revocations.Count);

        await store.WriteAsync([new("s/pool/1", Always, Moment)]);

        Assert.AreEqual(1, (await store.ReadAsync()).Revocations.Count);
    }

    [TestMethod]
    public async Task Expired_revocation_does_not_delete_the_data()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);

        // By the clock of Redis, which may be ahead.
        await store.WriteAsync([new("s/pool/1", Always, DateTimeOffset.UtcNow.AddDays(-2))]);
        var page = await store.ReadAsync();

        Assert.AreEqual(1, page.Revocations.Count);
        Assert.AreEqual(page.DataId, (await store.ReadAsync()).DataId);
    }

    [TestMethod]
    public async Task Connection_with_a_prefix_for_channels_gets_the_messages()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration + ",channelPrefix=test:");
        await OpenStore.UntilAsync(async () =>
        {
            await store.WriteAsync([new("s/pool/" + Guid.NewGuid(), Always, Moment)]);
            return store.Count(CognitoRevocationStoreEvent.Changed) > 0;
        });
    }

    [TestMethod]
    public async Task User_without_the_rights_for_messages_and_INFO_reads_and_writes()
    {
        var redis = await UseSharedAsync();
        await redis.ExecuteAsync("ACL", "SETUSER", "limited", "on", ">secret", "~*", "resetchannels", "+@all", "-info", "-publish");
        using var store = new OpenStore(redis.Configuration + ",user=limited,password=secret");

        var first = await store.ReadAsync();
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);
        var page = await store.ReadAsync();

        Assert.AreEqual((first.DataId, 1), (page.DataId, page.Revocations.Count));
    }

    [TestMethod]
    public async Task Loss_of_the_data_is_told_to_the_other_servers()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);
        await redis.ExecuteAsync("DEL", Prefix + "entries");
        await store.WaitForSubscriptionAsync(redis);

        await store.ReadAsync();

        await store.WaitForAsync(CognitoRevocationStoreEvent.Changed, 1);
    }

    [TestMethod]
    public async Task Foreign_messages_are_told_from_our_own()
    {
        var redis = await UseSharedAsync();
        using var store = new OpenStore(redis.Configuration);
        await store.ReadAsync();
        using var other = await redis.OpenAsync();
        await store.WaitForSubscriptionAsync(redis);

        RedisValue[] foreign = ["x", "-1", "1.5", "12345678901234567", new byte[1_000_000], new byte[] { 0xff, 0xfe }, " 1", "99999999999999999999999"];
        foreach (var message in foreign)
        {
            await other.GetSubscriber().PublishAsync(RedisChannel.Literal(Prefix + "changed"), message);
        }

        await store.WaitForAsync(CognitoRevocationStoreEvent.MessageIgnored, foreign.Length);
        await store.WriteAsync([new("s/pool/1", Always, Moment)]);
        await store.WaitForAsync(CognitoRevocationStoreEvent.Changed, 1);
        Assert.AreEqual(foreign.Length, store.Count(CognitoRevocationStoreEvent.MessageIgnored));
    }

    [TestMethod]
    public async Task Servers_share_revocations_through_a_Redis_that_starts_late_restarts_and_loses_all()
    {
        using var redis = await RedisServer.StartAsync();
        redis.Kill();
        using var pool = new CognitoTestPool();
        var poolId = pool.UserPool.UserPoolId!;
        var started = Stopwatch.StartNew();
        using var one = Start();
        using var other = Start();
        Assert.IsTrue(started.Elapsed < TimeSpan.FromSeconds(2), "The start does not wait for Redis.");
        Assert.AreEqual(TokenRejection.RevocationsUnavailable, (await one.ValidateAsync(pool.IdToken())).Rejection);
        var failure = await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(() => one.Revocations.RevokeSignInAsync(poolId, "sign-in 1"));
        Assert.IsFalse(failure.Message.Contains("secret"), failure.Message);

        await redis.RestartAsync();
        await OpenStore.UntilAsync(() => Task.FromResult(one.GetHealth().IsUsable && other.GetHealth().IsUsable));
        await UntilRevokedAsync(other, "sign-in 1");

        await other.Revocations.RevokeSignInAsync(poolId, "sign-in 2");
        await UntilRevokedAsync(one, "sign-in 2");

        redis.Kill();
        await OpenStore.UntilAsync(() => Task.FromResult(one.GetHealth().IsDegraded));
        Assert.IsTrue((await one.ValidateAsync(pool.IdToken().WithClaim("origin_jti", "sign-in 3"))).IsValid);
        await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(() => one.Revocations.RevokeSignInAsync(poolId, "sign-in 3"));

        await redis.RestartAsync();
        await UntilRevokedAsync(other, "sign-in 3");
        using var restarted = Start();
        await OpenStore.UntilAsync(() => Task.FromResult(restarted.GetHealth().IsUsable));
        for (var i = 1; i <= 3; i++)
        {
            Assert.IsTrue(await IsRevokedAsync(restarted, "sign-in " + i), $"{i}");
        }

        CognitoTokenValidator Start() => PoolValidator.Create(pool, options => options.Revocations.UseRedis(redis.Configuration + ",password=secret"));
        async Task<bool> IsRevokedAsync(CognitoTokenValidator server, string signIn) =>
            (await server.ValidateAsync(pool.IdToken().WithClaim("origin_jti", signIn))).Rejection == TokenRejection.Revoked;
        Task UntilRevokedAsync(CognitoTokenValidator server, string signIn) => OpenStore.UntilAsync(() => IsRevokedAsync(server, signIn));
    }

    [TestMethod]
    public async Task Middlewares_with_the_same_settings_share_one_connection_that_ends_with_the_last()
    {
        var redis = await UseSharedAsync();
        await MakeOldDataAsync(redis);
        using var observer = await redis.OpenAsync();
        using var pool = new CognitoTestPool();
        var list = new CognitoRevocationList();
        var validators = new List<CognitoTokenValidator>();
        for (var i = 0; i < 2; i++)
        {
            validators.Add(PoolValidator.Create(pool, options =>
            {
                options.Revocations.List = list;
                options.Revocations.UseRedis(redis.Configuration + ",name=shared");
            }));
        }

        await OpenStore.UntilAsync(async () => await CountAsync() == 2);
        await OpenStore.UntilAsync(() => Task.FromResult(validators[0].GetHealth().IsUsable));
        Assert.AreEqual(2, await CountAsync(), "One connection for commands and one for messages.");

        Assert.ThrowsExactly<InvalidOperationException>(() => PoolValidator.Create(pool, options =>
        {
            options.Revocations.List = list;
            options.Revocations.UseRedis(redis => redis.Connection = observer);
        }));

        validators.ForEach(validator => validator.Dispose());
        await OpenStore.UntilAsync(async () => await CountAsync() == 0);

        async Task<int> CountAsync() =>
            (await observer.GetServer(redis.Configuration).ClientListAsync()).Count(client => client.Name == "shared");
    }

    [TestMethod]
    public async Task Connection_of_the_application_is_used_and_stays_open()
    {
        var redis = await UseSharedAsync();
        await MakeOldDataAsync(redis, "{other}:");
        using var connection = await redis.OpenAsync();
        using var pool = new CognitoTestPool();
        using (var validator = PoolValidator.Create(pool, options => options.Revocations.UseRedis(redis =>
        {
            redis.Connection = connection;
            redis.KeyPrefix = "other";
        })))
        {
            await OpenStore.UntilAsync(() => Task.FromResult(validator.GetHealth().IsUsable));
            await validator.Revocations.RevokeSignInAsync(pool.UserPool.UserPoolId!, "sign-in 1");
        }

        Assert.IsTrue(await connection.GetDatabase().KeyExistsAsync("{other}:entries"));
    }

    [TestMethod]
    [DataRow("", null)]
    [DataRow("host:6379,secret=1", null)]
    [DataRow("password=secret", null)]
    [DataRow("host:6379,connectTimeout=secret", null)]
    [DataRow("host:6379,sec,ret=", null)]
    [DataRow("host:6379", "")]
    [DataRow("host:6379", "a b")]
    [DataRow("host:6379", "{a}")]
    [DataRow("host:6379", "ü")]
    public void Wrong_setting_throws_and_shows_no_password(string configuration, string? prefix)
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() => new CognitoRevocationsOptions().UseRedis(redis =>
        {
            redis.Configuration = configuration;
            redis.KeyPrefix = prefix ?? redis.KeyPrefix;
        }));

        Assert.IsFalse(failure.ToString().Contains("secret"), failure.ToString());
    }

    [TestMethod]
    public void Missing_argument_throws()
    {
        StringAssert.StartsWith(
            Assert.ThrowsExactly<ArgumentException>(() => new CognitoRevocationsOptions().UseRedis((string?)null)).Message, "UseRedis needs a Configuration");
        Assert.ThrowsExactly<ArgumentNullException>(() => new CognitoRevocationsOptions().UseRedis((Action<CognitoRedisOptions>)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => ((CognitoRevocationsOptions)null!).UseRedis("host:6379"));
    }

    /// <summary>Gets the one server of these tests, emptied.</summary>
    private static async Task<RedisServer> UseSharedAsync()
    {
        _shared ??= await RedisServer.StartAsync();
        await _shared.ExecuteAsync("FLUSHALL");
        return _shared;
    }

    /// <summary>Lets the server have had its data for a long time, so that a validator does not wait for what others know.</summary>
    private static async Task MakeOldDataAsync(RedisServer redis, string prefix = Prefix)
    {
        using var store = new OpenStore(redis.Configuration);
        await store.ReadAsync();
        await redis.ExecuteAsync("HSET", Prefix + "meta", "created", "1");
        if (prefix != Prefix)
        {
            await redis.ExecuteAsync("RENAME", Prefix + "meta", prefix + "meta");
        }
    }

    /// <summary>A store that somebody uses, and what it has reported.</summary>
    private sealed class OpenStore : IDisposable
    {
        private readonly List<CognitoRevocationStoreEvent> _events = [];
        private readonly IDisposable _subscription;

        public OpenStore(string configuration)
        {
            var options = new CognitoRevocationsOptions();
            options.UseRedis(configuration);
            Store = options.Store!;
            _subscription = Store.Subscribe(storeEvent =>
            {
                lock (_events)
                {
                    _events.Add(storeEvent);
                }
            });
        }

        public ICognitoRevocationStore Store { get; }

        public static async Task UntilAsync(Func<Task<bool>> condition)
        {
            var limit = Stopwatch.StartNew();
            while (!await condition())
            {
                Assert.IsTrue(limit.Elapsed < TimeSpan.FromSeconds(60), "It has not come true.");
                await Task.Delay(20);
            }
        }

        public Task WriteAsync(CognitoStoredRevocation[] revocations) => Store.WriteAsync(revocations, CancellationToken.None);

        public Task<CognitoRevocationPage> ReadAsync() => Store.ReadAsync(0, 1000, CancellationToken.None);

        public int Count(CognitoRevocationStoreEvent storeEvent)
        {
            lock (_events)
            {
                return _events.Count(each => each == storeEvent);
            }
        }

        public void Clear()
        {
            lock (_events)
            {
                _events.Clear();
            }
        }

        public async Task WaitForSubscriptionAsync(RedisServer redis)
        {
            await UntilAsync(async () => (long)await redis.ExecuteAsync("PUBLISH", Prefix + "changed", "") > 0);
            await WaitForAsync(CognitoRevocationStoreEvent.MessageIgnored, 1);
            Clear();
        }

        public Task WaitForAsync(CognitoRevocationStoreEvent storeEvent, int count) =>
            UntilAsync(() => Task.FromResult(Count(storeEvent) >= count));

        public void Dispose() => _subscription.Dispose();
    }
}
