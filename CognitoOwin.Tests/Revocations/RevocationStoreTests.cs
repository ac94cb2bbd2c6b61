using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Keys;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Validation;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin.Logging;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Revocations;

/// <summary>Revocations that several servers share through a store.</summary>
[TestClass]
[DoNotParallelize]
public sealed class RevocationStoreTests
{
    private static readonly DateTimeOffset Always = DateTimeOffset.FromUnixTimeMilliseconds(253_402_300_799_999);

    public static IEnumerable<object?[]> MalformedKeys =>
    [
        [""], ["s"], ["s/"], ["s//1"], ["s/pool/"], ["s/pool"], ["x/pool/1"], ["S/pool/1"], ["-/pool/1"], ["s-pool/1"], ["spool/1"],
        ["s/" + new string('p', 129) + "/1"], ["s/pool/" + new string('1', 257)], [new string('s', 100_000)], ["/s/pool/1"],
    ];

    [TestMethod]
    public async Task Token_gets_503_until_the_store_was_read()
    {
        using var farm = new StoreFarm();
        var reading = new TaskCompletionSource<bool>();
        var server = farm.Start(farm.Store.Connect(_ => reading.Task));

        var result = await server.ValidateAsync(farm.SignedIn("sign-in 1"));

        Assert.AreEqual((TokenRejection.RevocationsUnavailable, TimeSpan.FromSeconds(2)), (result.Rejection, result.RetryAfter));
        Assert.AreEqual("Whether the token was revoked cannot be checked now; try again later.", result.Description);
        Assert.IsFalse(server.GetHealth().IsUsable);
        reading.SetResult(true);
        await farm.UntilAsync(async () => (await server.ValidateAsync(farm.SignedIn("sign-in 1"))).IsValid);
        Assert.IsTrue(server.GetHealth().IsUsable);
    }

    [TestMethod]
    public async Task Revoked_token_gets_401_before_the_store_was_read()
    {
        using var farm = new StoreFarm();
        var server = farm.Start(farm.Store.Connect(_ => throw new InvalidOperationException("The store is down.")));
        await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(() => server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1"));

        Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(server, "sign-in 1"));
        Assert.AreEqual(TokenRejection.RevocationsUnavailable, await farm.GetRejectionAsync(server, "sign-in 2"));
    }

    [TestMethod]
    public async Task Revocation_on_one_server_is_refused_on_the_others_within_a_second()
    {
        using var farm = new StoreFarm();
        CognitoTokenValidator[] servers = [await farm.StartReadyAsync(), await farm.StartReadyAsync(), await farm.StartReadyAsync()];
        var poolId = farm.PoolId;
        string token = farm.Pool.IdToken().WithClaim("jti", "token 1").WithClaim("sub", "user 1").WithClaim("origin_jti", "sign-in 1");
        string[] revoked =
        [
            farm.SignedIn("sign-in 2"),
            farm.Pool.IdToken().WithClaim("sub", "user 2"),
            farm.Pool.IdToken().WithClaim("jti", "token 2"),
        ];
        foreach (var server in servers)
        {
            foreach (var each in revoked.Append(token))
            {
                Assert.IsTrue((await server.ValidateAsync(each)).IsValid, "Cached.");
            }
        }

        await servers[0].Revocations.RevokeSignInAsync(poolId, "sign-in 2");
        await servers[1].Revocations.RevokeUserAsync(poolId, "user 2");
        await servers[2].Revocations.RevokeTokenAsync(poolId, "token 2", farm.Clock.GetUtcNow().AddHours(1));

        var delay = await farm.UntilAsync(async () =>
        {
            foreach (var server in servers)
            {
                foreach (var each in revoked)
                {
                    if ((await server.ValidateAsync(each)).Rejection != TokenRejection.Revoked)
                    {
                        return false;
                    }
                }
            }

            return true;
        });
        Assert.IsTrue(delay < TimeSpan.FromSeconds(1), $"{delay}");
        foreach (var server in servers)
        {
            Assert.IsTrue((await server.ValidateAsync(token)).IsValid);
        }

        // The client's last: it refuses every token.
        await servers[0].Revocations.RevokeClientAsync(poolId, farm.Pool.ClientId);
        await farm.UntilAsync(async () => (await servers[2].ValidateAsync(token)).Rejection == TokenRejection.Revoked);
    }

    [TestMethod]
    public async Task Lost_message_delays_a_revocation_by_the_interval()
    {
        using var farm = new StoreFarm();
        var (one, other) = (await farm.StartReadyAsync(), await farm.StartReadyAsync());
        farm.Store.LosesMessages = true;
        await one.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1");

        var delay = await farm.UntilAsync(async () => await farm.GetRejectionAsync(other, "sign-in 1") == TokenRejection.Revoked);

        Assert.IsTrue(delay <= TimeSpan.FromSeconds(3), $"{delay}");
    }

    [TestMethod]
    public async Task Failed_write_throws_applies_here_and_is_written_later()
    {
        using var farm = new StoreFarm();
        using var measurements = new RevocationMeasurements();
        var connection = farm.Store.Connect();
        var (one, other) = (await farm.StartReadyAsync(connection), await farm.StartReadyAsync());
        connection.Fault = _ => throw new InvalidOperationException("redis,password=secret\r\nmore \"detail\"");

        var failure = await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(
            () => one.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1"));

        StringAssert.StartsWith(failure.Message, "This server refuses the tokens, but the other servers do not yet:");
        StringAssert.EndsWith(failure.Message, "InvalidOperationException: redis,password=***");
        Assert.IsNull(failure.InnerException);
        Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(one, "sign-in 1"));
        Assert.AreEqual(TokenRejection.None, await farm.GetRejectionAsync(other, "sign-in 1"));
        Assert.AreEqual(1, one.GetHealth().Revocations.PendingWrites);
        Assert.AreEqual(1, measurements.Pending);

        connection.Fault = null;
        await farm.UntilRevokedAsync(other, "sign-in 1");
        await farm.UntilAsync(() => one.GetHealth().Revocations is { PendingWrites: 0, IsStoreReachable: true });
        Assert.AreEqual(0, measurements.Pending);
    }

    [TestMethod]
    public async Task Many_pending_revocations_are_written_and_expired_ones_are_not()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        connection.Fault = _ => throw new TimeoutException();
        await RevokeInOutageAsync(farm, server, 1200);

        await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(
            () => server.Revocations.RevokeTokenAsync(farm.PoolId, "token 1", farm.Clock.GetUtcNow()));
        farm.Clock.Advance(TimeSpan.FromMinutes(2));

        connection.Fault = null;
        await farm.UntilAsync(() => server.GetHealth().Revocations is { PendingWrites: 0, IsStoreReachable: true });
        Assert.AreEqual(1200, farm.Store.Count);
    }

    [TestMethod]
    public async Task Cancelled_call_is_in_force_here_and_is_written_later()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var (one, other) = (await farm.StartReadyAsync(connection), await farm.StartReadyAsync());
        using var cancellation = new CancellationTokenSource();
        connection.WriteFault = async cancelled =>
        {
            cancellation.Cancel();
            await Task.Delay(Timeout.Infinite, cancelled);
        };

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => one.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1", cancellationToken: cancellation.Token));

        Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(one, "sign-in 1"));
        connection.WriteFault = null;
        await farm.UntilRevokedAsync(other, "sign-in 1");
    }

    [TestMethod]
    public async Task Store_that_cannot_be_written_is_still_read()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var (one, other) = (await farm.StartReadyAsync(connection), await farm.StartReadyAsync());
        connection.WriteFault = _ => throw new InvalidOperationException("OOM command not allowed");
        await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(() => one.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1"));

        await other.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 2");

        await farm.UntilRevokedAsync(one, "sign-in 2");
        await farm.UntilAsync(() => one.GetHealth().IsDegraded);
        Assert.IsTrue(one.GetHealth().IsUsable);
    }

    [TestMethod]
    public async Task Lost_store_is_written_again_and_a_restarted_server_forgets_nothing()
    {
        using var farm = new StoreFarm();
        var (one, other) = (await farm.StartReadyAsync(), await farm.StartReadyAsync());
        for (var i = 0; i < 1200; i++)
        {
            await one.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in " + i);
        }

        await farm.UntilRevokedAsync(other, "sign-in 1199");
        one.Dispose();
        farm.Store.Lose();

        var restarted = farm.Start();
        await farm.UntilAsync(() => restarted.GetHealth().IsUsable);

        Assert.AreEqual(1200, farm.Store.Count);
        foreach (var signIn in new[] { "sign-in 0", "sign-in 1199" })
        {
            Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(restarted, signIn));
        }
    }

    [TestMethod]
    public async Task Server_waits_until_the_others_have_written_to_a_young_store()
    {
        using var farm = new StoreFarm();
        farm.Store.Lose();
        var server = farm.Start();

        var wait = await farm.UntilAsync(() => Task.FromResult(server.GetHealth().Revocations.IsUsable));

        Assert.IsTrue(wait >= TimeSpan.FromSeconds(15) && wait < TimeSpan.FromSeconds(19), $"{wait}");
    }

    [TestMethod]
    public async Task Server_with_a_long_interval_waits_three_of_them_for_a_young_store()
    {
        using var farm = new StoreFarm();
        farm.Store.Lose();
        var server = farm.Start(configure: options => options.Revocations.ReadInterval = TimeSpan.FromSeconds(20));

        var wait = await farm.UntilAsync(() => Task.FromResult(server.GetHealth().Revocations.IsUsable));

        Assert.IsTrue(wait >= TimeSpan.FromSeconds(60) && wait < TimeSpan.FromSeconds(81), $"{wait}");
    }

    [TestMethod]
    public async Task Server_that_starts_on_a_lost_store_waits_for_one_whose_calls_hang()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var one = await farm.StartReadyAsync(connection, options => options.Revocations.ReadInterval = TimeSpan.FromSeconds(5));
        await one.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1");
        var release = new TaskCompletionSource<bool>();
        connection.Fault = _ => release.Task;
        farm.Store.Lose();

        var restarted = farm.Start();
        await farm.PassAsync(TimeSpan.FromSeconds(10));
        Assert.AreEqual(TokenRejection.RevocationsUnavailable, await farm.GetRejectionAsync(restarted, "sign-in 1"));
        connection.Fault = null;
        release.SetResult(true);

        await farm.UntilAsync(() => restarted.GetHealth().IsUsable);
        Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(restarted, "sign-in 1"));
    }

    [TestMethod]
    [DataRow(50, true)]
    [DataRow(49, false)]
    public async Task Server_waits_as_long_as_much_is_written_to_a_young_store(int entries, bool waits)
    {
        using var farm = new StoreFarm();
        farm.Store.Lose();
        var connection = farm.Store.Connect();
        var (next, start) = (0, farm.Clock.GetUtcNow());
        connection.Fault = _ =>
        {
            // Another server writes before each reading for 40 seconds.
            for (var i = 0; i < entries && farm.Clock.GetUtcNow() - start < TimeSpan.FromSeconds(40); i++)
            {
                farm.Store.Put(Create("s/" + farm.PoolId + "/sign-in " + next++));
            }

            return Task.CompletedTask;
        };

        var server = await farm.StartReadyAsync(connection);

        Assert.AreEqual(waits, farm.Clock.GetUtcNow() - start > TimeSpan.FromSeconds(43));
        Assert.AreEqual(next, server.GetHealth().Revocations.Entries);
    }

    [TestMethod]
    public async Task Repair_of_many_entries_does_not_keep_a_server_from_reading()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        for (var i = 0; i < 10_000; i++)
        {
            farm.Store.Put(Create($"s/{farm.PoolId}/sign-in {i}"));
        }

        await farm.UntilAsync(() => server.GetHealth().Revocations.Entries == 10_000);
        connection.WriteFault = cancelled => farm.Clock.Delay(TimeSpan.FromSeconds(1), cancelled);
        farm.Store.Lose();
        await farm.UntilAsync(() => farm.Store.Count >= 500);

        farm.Store.Put(Create($"s/{farm.PoolId}/another"));
        await farm.UntilRevokedAsync(server, "another");

        Assert.IsTrue(farm.Store.Count < 2_500, $"{farm.Store.Count}");
        await farm.UntilAsync(() => farm.Store.Count == 10_001);
        Assert.AreEqual(20, connection.Writes);
    }

    [TestMethod]
    public async Task Many_pending_revocations_do_not_keep_a_server_from_reading()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        connection.Fault = _ => throw new TimeoutException();
        await RevokeInOutageAsync(farm, server, 3000);

        connection.WriteFault = cancelled => farm.Clock.Delay(TimeSpan.FromSeconds(1), cancelled);
        connection.Fault = null;
        await farm.UntilAsync(() => farm.Store.Count >= 500);
        farm.Store.Put(Create($"s/{farm.PoolId}/another"));
        await farm.UntilRevokedAsync(server, "another");

        Assert.IsTrue(farm.Store.Count < 2000, $"{farm.Store.Count}");
        await farm.UntilAsync(() => farm.Store.Count == 3001);
    }

    [TestMethod]
    public async Task Reading_of_the_whole_store_does_not_delay_what_is_new()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        for (var i = 0; i < 30_000; i++)
        {
            farm.Store.Put(Create($"s/{farm.PoolId}/sign-in {i}"));
        }

        await farm.UntilAsync(() => server.GetHealth().Revocations.Entries == 30_000);
        connection.Fault = cancelled => farm.Clock.Delay(TimeSpan.FromMilliseconds(200), cancelled);
        farm.Store.Send(CognitoRevocationStoreEvent.Reconnected);
        farm.Clock.Advance(TimeSpan.FromMilliseconds(50));
        var reads = connection.Reads;
        await farm.UntilAsync(() => connection.Reads > reads + 3);

        farm.Store.Put(Create($"s/{farm.PoolId}/another"));
        await farm.UntilRevokedAsync(server, "another");

        Assert.IsTrue(connection.Reads < reads + 12, $"{connection.Reads - reads} of 30 pages were read before.");
        farm.Store.Remove($"s/{farm.PoolId}/sign-in 1");
        connection.Fault = null;
        await farm.UntilAsync(() => connection.Reads >= reads + 30);
    }

    [TestMethod]
    public async Task Store_that_is_lost_during_a_further_reading_is_written_again()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        for (var i = 0; i < 5_500; i++)
        {
            farm.Store.Put(Create($"s/{farm.PoolId}/sign-in {i}"));
        }

        await farm.UntilAsync(() => server.GetHealth().Revocations.Entries == 5_500);
        var calls = 0;
        connection.Fault = _ =>
        {
            // The first call reads what is new.
            if (++calls == 4)
            {
                farm.Store.Lose();
            }

            return Task.CompletedTask;
        };
        farm.Store.Send(CognitoRevocationStoreEvent.Reconnected);

        await farm.UntilAsync(() => calls >= 4 && farm.Store.Count == 5_500);
        Assert.AreEqual(11, connection.Writes);
    }

    [TestMethod]
    public async Task Failure_whose_message_throws_does_not_end_the_reading()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect(_ => throw new BrokenException());
        var server = farm.Start(connection);
        await farm.PassAsync(TimeSpan.FromSeconds(10));

        connection.Fault = null;

        await farm.UntilAsync(() => server.GetHealth().IsUsable);
    }

    [TestMethod]
    public async Task Reading_that_fails_midway_goes_on_where_it_was()
    {
        using var farm = new StoreFarm();
        for (var i = 0; i < 5_500; i++)
        {
            farm.Store.Put(Create($"s/{farm.PoolId}/sign-in {i}"));
        }

        var (calls, connection) = (0, farm.Store.Connect());
        connection.Fault = _ => ++calls % 2 == 0 ? throw new TimeoutException("The store is slow.") : Task.CompletedTask;

        var server = await farm.StartReadyAsync(connection);

        Assert.AreEqual(5_500, server.GetHealth().Revocations.Entries);
        Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(server, "sign-in 5499"));
    }

    [TestMethod]
    public async Task Server_waits_again_if_a_young_store_was_out_of_reach()
    {
        using var farm = new StoreFarm();
        farm.Store.Lose();
        var connection = farm.Store.Connect();
        var server = farm.Start(connection);
        await farm.UntilAsync(() => server.GetHealth().Revocations.IsStoreReachable == true);
        connection.Fault = _ => throw new TimeoutException("The store is down.");
        await farm.PassAsync(TimeSpan.FromMinutes(1));
        connection.Fault = null;

        var wait = await farm.UntilAsync(() => server.GetHealth().Revocations.IsUsable);

        Assert.IsTrue(wait >= TimeSpan.FromSeconds(15) && wait < TimeSpan.FromSeconds(19), $"{wait}");
    }

    [TestMethod]
    public async Task Entry_whose_times_were_cut_is_written_again_once()
    {
        using var farm = new StoreFarm();

        // Half a millisecond, because stores keep whole ones.
        farm.Clock.Advance(TimeSpan.FromTicks(6_123));
        farm.Store.Put(Create($"u/{farm.PoolId}/user 1"));
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);

        farm.Store.Lose();
        await farm.UntilAsync(() => farm.Store.Count == 1);
        var writes = connection.Writes;
        await farm.PassAsync(TimeSpan.FromMinutes(5));

        Assert.AreEqual(writes, connection.Writes);
    }

    [TestMethod]
    public async Task List_that_gets_another_store_writes_what_that_store_lacks_and_no_more()
    {
        using var farm = new StoreFarm();
        var list = new CognitoRevocationList();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection, options => options.Revocations.List = list);
        await server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1");
        await server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 2");
        await farm.PassAsync(TimeSpan.FromMinutes(10));
        server.Dispose();
        await farm.UntilAsync(() => !connection.IsOpen);
        farm.Store.Remove($"s/{farm.PoolId}/sign-in 1");

        var second = farm.Store.Connect();
        await farm.StartReadyAsync(second, options => options.Revocations.List = list);
        await farm.UntilAsync(() => farm.Store.Count == 2);
        await farm.PassAsync(TimeSpan.FromMinutes(3));

        Assert.AreEqual(1, second.Writes);
    }

    [TestMethod]
    public async Task Step_of_the_clock_makes_no_revocation_ineffective()
    {
        using var farm = new StoreFarm();
        var clock = new SteppingClock(farm.Clock);
        var (one, other) = (await farm.StartReadyAsync(), await farm.StartReadyAsync(configure: options => options.TimeProvider = clock));

        // The clock of the other server is two days ahead for some seconds, in which it removes what seems to have expired.
        await one.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1", isRefreshTokenRevoked: true);
        await farm.UntilAsync(() => other.GetHealth().Revocations.Entries == 1);
        clock.Step = TimeSpan.FromDays(2);
        await one.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 2");
        await farm.UntilAsync(() => other.GetHealth().Revocations.Entries == 1 && farm.Store.Count == 2);
        clock.Step = TimeSpan.Zero;

        var wait = await farm.UntilAsync(() => other.GetHealth().Revocations.Entries == 2);
        Assert.IsTrue(wait <= TimeSpan.FromSeconds(3), $"{wait}");
        Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(other, "sign-in 1"));
    }

    [TestMethod]
    public async Task Store_that_works_at_every_other_call_does_not_fill_the_log()
    {
        using var farm = new StoreFarm();
        var log = new RecordingLog();
        var connection = farm.Store.Connect();
        using var host = StartHost(farm, connection, log);
        await farm.UntilAsync(() => log.GetTexts(500).Count == 1);
        var call = 0;
        connection.Fault = _ => ++call % 2 == 0 ? Task.CompletedTask : throw new TimeoutException("The store is slow.");

        await farm.PassAsync(TimeSpan.FromMinutes(3));

        Assert.IsTrue(log.GetTexts(501).Count is >= 1 and <= 4, $"{log.GetTexts(501).Count}");
        Assert.IsTrue(log.GetTexts(502).Count is >= 1 and <= 4, $"{log.GetTexts(502).Count}");
    }

    [TestMethod]
    public async Task Entry_that_somebody_removed_is_written_again_within_a_minute()
    {
        using var farm = new StoreFarm();
        var server = await farm.StartReadyAsync();
        await server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1");
        await server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 2");
        farm.Store.Remove($"s/{farm.PoolId}/sign-in 1");

        var wait = await farm.UntilAsync(() => farm.Store.Count == 2);

        Assert.IsTrue(wait <= TimeSpan.FromSeconds(63), $"{wait}");
    }

    [TestMethod]
    public async Task Store_with_many_entries_is_read_as_a_whole_less_often()
    {
        using var farm = new StoreFarm();
        for (var i = 0; i < 30_000; i++)
        {
            farm.Store.Put(Create($"s/{farm.PoolId}/sign-in {i}"));
        }

        await farm.StartReadyAsync();
        farm.Store.Remove($"s/{farm.PoolId}/sign-in 1");

        var wait = await farm.UntilAsync(() => Task.FromResult(farm.Store.Count == 30_000), TimeSpan.FromMilliseconds(200));

        // Every three minutes, and the readings themselves take some of the fast time.
        Assert.IsTrue(wait > TimeSpan.FromSeconds(110) && wait <= TimeSpan.FromSeconds(240), $"{wait}");
    }

    [TestMethod]
    public async Task Reconnection_reads_the_whole_store_and_writes_what_it_lacks()
    {
        using var farm = new StoreFarm();
        var server = await farm.StartReadyAsync();
        await server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1");
        farm.Store.Remove($"s/{farm.PoolId}/sign-in 1");

        farm.Store.Send(CognitoRevocationStoreEvent.Reconnected);

        Assert.IsTrue(await farm.UntilAsync(() => Task.FromResult(farm.Store.Count == 1)) < TimeSpan.FromSeconds(1));
    }

    [TestMethod]
    public async Task Store_that_went_back_is_read_and_repaired()
    {
        using var farm = new StoreFarm();
        var (one, other) = (await farm.StartReadyAsync(), await farm.StartReadyAsync());
        for (var i = 0; i < 5; i++)
        {
            await one.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in " + i);
        }

        await farm.UntilRevokedAsync(other, "sign-in 4");
        farm.Store.GoBack(2);

        await farm.UntilAsync(() => farm.Store.Count == 5);
    }

    [TestMethod]
    public async Task Expired_revocation_is_not_written_again()
    {
        using var farm = new StoreFarm();
        var server = await farm.StartReadyAsync();
        await server.Revocations.RevokeTokenAsync(farm.PoolId, "token 1", farm.Clock.GetUtcNow().AddMinutes(1));
        await server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1");
        farm.Clock.Advance(TimeSpan.FromMinutes(5));

        farm.Store.Lose();
        await farm.UntilAsync(() => farm.Store.Count > 0);

        Assert.IsNull(farm.Store.Find($"t/{farm.PoolId}/token 1"));
    }

    [TestMethod]
    public async Task Store_never_shortens_what_a_server_knows()
    {
        using var farm = new StoreFarm();
        var server = await farm.StartReadyAsync();
        var now = farm.Clock.GetUtcNow();
        await server.Revocations.RevokeUserAsync(farm.PoolId, "user 1", now);
        await server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1");
        var known = farm.Store.Find($"u/{farm.PoolId}/user 1")!;

        // Somebody overwrites both, with an earlier moment and a shorter life.
        farm.Store.Put(new CognitoStoredRevocation(known.Key, now.AddDays(-1), now.AddSeconds(1)));
        farm.Store.Put(Create($"s/{farm.PoolId}/sign-in 1", now.AddDays(-1)));
        farm.Store.Send(CognitoRevocationStoreEvent.Reconnected);
        await farm.UntilAsync(() => farm.Store.Find(known.Key)!.Moment == known.Moment);

        Assert.AreEqual(known.ExpiresAt, farm.Store.Find(known.Key)!.ExpiresAt);
        farm.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(server, "sign-in 1"));
        Assert.AreEqual(
            TokenRejection.Revoked,
            (await server.ValidateAsync(farm.Pool.IdToken().WithClaim("sub", "user 1").WithClaim("auth_time", now.ToUnixTimeSeconds()))).Rejection);
    }

    [TestMethod]
    [DynamicData(nameof(MalformedKeys))]
    public async Task Malformed_entry_is_ignored_and_the_others_apply(string key)
    {
        using var farm = new StoreFarm();
        using var measurements = new RevocationMeasurements();
        farm.Store.Put(Create(key));
        farm.Store.Put(Create($"s/{farm.PoolId}/sign-in 1"));

        var server = await farm.StartReadyAsync();

        Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(server, "sign-in 1"));
        Assert.AreEqual(1, server.GetHealth().Revocations.Entries);
        CollectionAssert.Contains(measurements.Ignored.ToList(), "entry 1");
    }

    [TestMethod]
    public async Task Foreign_messages_are_counted_and_cause_no_reading()
    {
        using var farm = new StoreFarm();
        using var measurements = new RevocationMeasurements();
        var connection = farm.Store.Connect();
        await farm.StartReadyAsync(connection);
        var reads = connection.Reads;

        for (var i = 0; i < 10_000; i++)
        {
            connection.Receive(CognitoRevocationStoreEvent.MessageIgnored);
        }

        var waited = await farm.UntilAsync(() => connection.Reads > reads);
        Assert.IsTrue(waited > TimeSpan.FromMilliseconds(500), $"A message was followed by a reading after {waited}.");
        Assert.AreEqual(reads + 1, connection.Reads, "The interval has passed.");
        CollectionAssert.Contains(measurements.Ignored.ToList(), "message 10000");
    }

    [TestMethod]
    public async Task Flood_of_messages_causes_twenty_readings_per_second_at_most()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        await farm.StartReadyAsync(connection);
        var (reads, start) = (connection.Reads, farm.Clock.GetUtcNow());

        await farm.UntilAsync(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                connection.Receive(CognitoRevocationStoreEvent.Changed);
            }

            return farm.Clock.GetUtcNow() - start >= TimeSpan.FromSeconds(2);
        });

        Assert.IsTrue(connection.Reads - reads <= 41, $"{connection.Reads - reads}");
        Assert.IsTrue(connection.Reads - reads > 1);
    }

    [TestMethod]
    public async Task Moment_in_the_future_locks_nobody_out()
    {
        using var farm = new StoreFarm();
        farm.Store.Put(Create($"u/{farm.PoolId}/user 1"));
        farm.Store.Put(Create($"c/{farm.PoolId}/{farm.Pool.ClientId}"));
        var server = await farm.StartReadyAsync();
        Assert.AreEqual(TokenRejection.Revoked, (await server.ValidateAsync(farm.Pool.IdToken().WithClaim("sub", "user 1"))).Rejection);

        // The server reads the whole store meanwhile.
        await farm.PassAsync(TimeSpan.FromMinutes(5));

        Assert.IsTrue((await server.ValidateAsync(farm.Pool.IdToken().WithClaim("sub", "user 1"))).IsValid);
    }

    [TestMethod]
    public async Task Second_revocation_by_a_server_whose_clock_is_far_ahead_is_in_force()
    {
        using var farm = new StoreFarm();
        var clock = new SteppingClock(farm.Clock) { Step = TimeSpan.FromMinutes(10) };
        var (one, other) = (await farm.StartReadyAsync(configure: options => options.TimeProvider = clock), await farm.StartReadyAsync());
        await one.Revocations.RevokeUserAsync(farm.PoolId, "user 1");
        await farm.UntilAsync(() => other.GetHealth().Revocations.Entries == 1);
        await farm.PassAsync(TimeSpan.FromMinutes(5));
        string token = farm.Pool.IdToken().WithClaim("sub", "user 1").WithClaim("auth_time", farm.Clock.GetUtcNow().ToUnixTimeSeconds());
        Assert.IsTrue((await other.ValidateAsync(token)).IsValid, "The user has signed in again.");

        await one.Revocations.RevokeUserAsync(farm.PoolId, "user 1");

        await farm.UntilAsync(async () => (await other.ValidateAsync(token)).Rejection == TokenRejection.Revoked);
    }

    [TestMethod]
    public async Task Entry_without_end_is_kept_for_the_longest_refresh_token_only()
    {
        using var farm = new StoreFarm();
        farm.Store.Put(Create($"s/{farm.PoolId}/sign-in 1"));
        var server = await farm.StartReadyAsync();
        farm.Store.Remove($"s/{farm.PoolId}/sign-in 1");

        farm.Clock.Advance(TimeSpan.FromDays(3653));

        // The keys are as old by now, so a request fetches them again.
        await farm.UntilAsync(async () => (await server.ValidateAsync(farm.SignedIn("sign-in 1"))).IsValid);
    }

    [TestMethod]
    public async Task Server_that_cannot_hold_the_whole_store_accepts_no_token()
    {
        using var farm = new StoreFarm();
        for (var i = 0; i < 12; i++)
        {
            farm.Store.Put(Create($"s/{farm.PoolId}/sign-in {i}", farm.Clock.GetUtcNow().AddHours(1)));
        }

        var server = farm.Start(configure: options => options.Revocations.MaximumEntries = 10);
        await farm.UntilAsync(() => server.GetHealth().Revocations.Entries == 11);
        farm.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.AreEqual(TokenRejection.RevocationsUnavailable, await farm.GetRejectionAsync(server, "other"));

        // When they have expired, they count no more.
        farm.Clock.Advance(TimeSpan.FromHours(1));
        await farm.UntilAsync(async () => (await server.ValidateAsync(farm.SignedIn("other"))).IsValid);
    }

    [TestMethod]
    public async Task Store_without_end_is_not_read_forever()
    {
        using var farm = new StoreFarm();
        var log = new RecordingLog();
        var connection = farm.Store.Connect();
        connection.Fault = _ =>
        {
            for (var i = 0; i < 1001; i++)
            {
                farm.Store.Put(Create(Guid.NewGuid().ToString()));
            }

            return Task.CompletedTask;
        };
        using var host = StartHost(farm, connection, log, options => options.Revocations.MaximumEntries = 10_000);

        await farm.UntilAsync(() => log.GetTexts(501).Count == 1);

        StringAssert.Contains(log.GetTexts(501)[0], "The store has more entries than the servers of this farm can have written.");
        Assert.AreEqual(503, (await host.GetAsync("/", "Bearer " + farm.SignedIn("sign-in 1"))).StatusCode);
    }

    [TestMethod]
    public async Task Store_whose_id_changes_at_each_page_is_not_read_forever()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        await server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1");
        await farm.UntilAsync(() => farm.Store.Count == 1 && server.GetHealth().Revocations.PendingWrites == 0);
        farm.Clock.Advance(TimeSpan.FromSeconds(10));
        connection.Fault = _ =>
        {
            farm.Store.Lose();
            for (var i = 0; i < 1001; i++)
            {
                farm.Store.Put(Create($"s/other/{i}"));
            }

            return Task.CompletedTask;
        };

        await farm.UntilAsync(() => server.GetHealth().Revocations.IsStoreReachable == false);

        connection.Fault = null;
        await farm.UntilAsync(() => farm.Store.Find($"s/{farm.PoolId}/sign-in 1") != null);
    }

    [TestMethod]
    public async Task Outage_goes_on_with_what_is_known_and_shows_in_health()
    {
        using var farm = new StoreFarm();
        using var measurements = new RevocationMeasurements();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        await server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1");
        Assert.IsFalse(server.GetHealth().IsDegraded);

        connection.Fault = _ => throw new TimeoutException("The store is down.");
        await farm.UntilAsync(() => server.GetHealth().Revocations.TimeSinceStoreContact > TimeSpan.FromMinutes(1));

        var health = server.GetHealth();
        Assert.IsTrue(health.IsUsable && health.IsDegraded && health.Revocations.IsDegraded);
        Assert.AreEqual((true, false), (health.Revocations.IsUsable, health.Revocations.IsStoreReachable));
        Assert.IsTrue(measurements.Age >= 60);
        Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(server, "sign-in 1"));
        Assert.AreEqual(TokenRejection.None, await farm.GetRejectionAsync(server, "sign-in 2"));

        connection.Fault = null;
        await farm.UntilAsync(() => !server.GetHealth().IsDegraded);
        Assert.IsTrue(measurements.Age < 3);
    }

    [TestMethod]
    [DataRow("fail")]
    [DataRow("hang")]
    [DataRow("block")]
    public async Task Outage_refuses_all_tokens_if_it_is_set_so(string calls)
    {
        using var end = new ManualResetEventSlim();
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(
            connection, options => options.Revocations.WhenUnavailable = UnavailableStoreHandling.Refuse);
        var token = farm.SignedIn("sign-in 1");
        Assert.IsTrue((await server.ValidateAsync(token)).IsValid);

        connection.Fault = _ =>
        {
            if (calls == "block")
            {
                end.Wait(CancellationToken.None);
            }

            return calls == "hang" ? Task.Delay(Timeout.Infinite, CancellationToken.None) : throw new TimeoutException("The store is down.");
        };
        var delay = await farm.UntilAsync(async () => (await server.ValidateAsync(token)).Rejection == TokenRejection.RevocationsUnavailable);

        Assert.IsTrue(delay > TimeSpan.FromSeconds(3) && delay < TimeSpan.FromSeconds(12), $"{delay}");
        Assert.IsFalse(server.GetHealth().IsUsable);

        end.Set();
        connection.Fault = null;
        await farm.UntilAsync(async () => (await server.ValidateAsync(token)).IsValid);
    }

    [TestMethod]
    public async Task Hanging_write_throws_after_three_seconds()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        connection.WriteFault = _ => Task.Delay(Timeout.Infinite, CancellationToken.None);

        var call = server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1");
        var delay = await farm.UntilAsync(() => Task.FromResult(call.IsCompleted));

        await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(() => call);
        Assert.IsTrue(delay >= TimeSpan.FromSeconds(3) && delay < TimeSpan.FromSeconds(5), $"{delay}");
    }

    [TestMethod]
    public async Task Store_is_closed_with_the_last_validator_that_shares_the_list()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var list = new CognitoRevocationList();
        var one = await farm.StartReadyAsync(connection, options => options.Revocations.List = list);
        var other = await farm.StartReadyAsync(connection, options => options.Revocations.List = list);

        one.Dispose();
        Assert.IsTrue((await other.ValidateAsync(farm.SignedIn("sign-in 1"))).IsValid);
        Assert.IsTrue(connection.IsOpen);
        other.Dispose();
        await farm.UntilAsync(() => !connection.IsOpen);

        var reads = connection.Reads;
        farm.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.AreEqual(reads, connection.Reads);
        connection.Fault = _ => throw new InvalidOperationException("The connection is closed.");
        await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(() => list.RevokeSignInAsync(farm.PoolId, "sign-in 1"));
        Assert.AreEqual(0, farm.Store.Count, "The store was closed, and the caller was told.");
        connection.Fault = null;

        // It may be used again, and is then read first.
        var third = farm.Start(connection, options => options.Revocations.List = list);
        await farm.UntilAsync(() => third.GetHealth().IsUsable && farm.Store.Count == 1);
    }

    [TestMethod]
    public async Task Validators_that_share_a_list_share_its_store()
    {
        using var farm = new StoreFarm();
        var list = new CognitoRevocationList();
        using var without = PoolValidator.Create(farm.Pool, options => options.Revocations.List = list);
        await list.RevokeSignInAsync(farm.PoolId, "sign-in 1");
        Assert.IsTrue((await without.ValidateAsync(farm.SignedIn("sign-in 2"))).IsValid);

        var with = farm.Start(configure: options => options.Revocations.List = list);
        await farm.UntilAsync(() => with.GetHealth().IsUsable && farm.Store.Count == 1);
        Assert.IsTrue((await without.ValidateAsync(farm.SignedIn("sign-in 2"))).IsValid);

        var failure = Assert.ThrowsExactly<InvalidOperationException>(
            () => farm.Start(farm.Store.Connect(), options => options.Revocations.List = list));
        StringAssert.Contains(failure.Message, "different stores");
    }

    [TestMethod]
    public async Task Revocation_of_a_pool_that_this_server_does_not_have_is_kept_but_not_taken()
    {
        using var farm = new StoreFarm();
        farm.Store.Put(Create("s/eu-west-1_Unknown00/sign-in 1"));
        var server = await farm.StartReadyAsync();

        Assert.AreEqual(1, server.GetHealth().Revocations.Entries);
        var failure = await Assert.ThrowsExactlyAsync<ArgumentException>(
            () => server.Revocations.RevokeSignInAsync("eu-west-1_Unknown00", "sign-in 2"));
        StringAssert.Contains(failure.Message, "is not configured");
        Assert.IsFalse(failure.Message.Contains("pool: eu-west-1_Unknown00"), failure.Message);
    }

    [TestMethod]
    [DataRow(-60, 60)]
    [DataRow(60, -60)]
    [DataRow(60, 60)]
    [DataRow(-60, -60)]
    public async Task Servers_whose_clocks_differ_refuse_the_same_tokens(int writer, int reader)
    {
        using var farm = new StoreFarm();
        var cognito = farm.Clock.GetUtcNow();
        var writerClock = new FakeTimeProvider(cognito.AddSeconds(writer));
        var readerClock = new FakeTimeProvider(cognito.AddSeconds(reader));
        var one = farm.Start(configure: options => options.TimeProvider = writerClock);
        var other = farm.Start(configure: options => options.TimeProvider = readerClock);
        await UntilAsync(() => Task.FromResult(one.GetHealth().IsUsable && other.GetHealth().IsUsable));
        await one.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1", isRefreshTokenRevoked: true);
        await one.Revocations.RevokeUserAsync(farm.PoolId, "user 1", areRefreshTokensRevoked: true);
        var last = cognito.AddDays(1);
        string signIn = Issue().WithClaim("origin_jti", "sign-in 1");
        string user = Issue().WithClaim("sub", "user 1").WithClaim("auth_time", cognito.ToUnixTimeSeconds());
        await UntilAsync(async () => await IsRevokedAsync(signIn) && await IsRevokedAsync(user));

        // Until the last second in which the other server would accept the token, which it received at the moment of the revocation.
        readerClock.Advance(last.AddSeconds(59) - readerClock.GetUtcNow());
        Assert.IsTrue(await IsRevokedAsync(signIn));
        Assert.IsTrue(await IsRevokedAsync(user));
        readerClock.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(TokenRejection.Expired, (await other.ValidateAsync(signIn)).Rejection);

        CognitoTestToken Issue() => farm.Pool.IdToken().WithClaim("iat", cognito.ToUnixTimeSeconds()).WithClaim("exp", last.ToUnixTimeSeconds());
        async Task<bool> IsRevokedAsync(string token) => (await other.ValidateAsync(token)).Rejection == TokenRejection.Revoked;
        Task UntilAsync(Func<Task<bool>> condition) => farm.UntilAsync(async () =>
        {
            writerClock.Advance(TimeSpan.FromMilliseconds(50));
            readerClock.Advance(TimeSpan.FromMilliseconds(50));
            return await condition();
        });
    }

    [TestMethod]
    public async Task Second_call_during_a_failing_write_is_not_lost()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        var now = farm.Clock.GetUtcNow();
        var writing = new TaskCompletionSource<bool>();
        var started = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.WriteFault = _ =>
        {
            started.SetResult(true);
            return writing.Task;
        };
        var first = server.Revocations.RevokeUserAsync(farm.PoolId, "user 1", now.AddHours(-2));
        await started.Task;
        connection.WriteFault = _ => throw new TimeoutException();
        await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(
            () => server.Revocations.RevokeUserAsync(farm.PoolId, "user 1", now.AddHours(-1)));
        writing.SetResult(true);
        await first;
        Assert.AreEqual(1, server.GetHealth().Revocations.PendingWrites);

        connection.WriteFault = null;
        await farm.UntilAsync(() => farm.Store.Find($"u/{farm.PoolId}/user 1")?.Moment == now.AddHours(-1));
    }

    [TestMethod]
    public async Task Id_that_is_not_valid_text_is_refused()
    {
        using var farm = new StoreFarm();
        var server = await farm.StartReadyAsync();

        var failure = await Assert.ThrowsExactlyAsync<ArgumentException>(() => server.Revocations.RevokeSignInAsync(farm.PoolId, "\ud800"));

        StringAssert.StartsWith(failure.Message, "The id is not valid Unicode text.");
    }

    [TestMethod]
    public async Task Many_entries_are_read_page_by_page()
    {
        using var farm = new StoreFarm();
        for (var i = 0; i < 20_500; i++)
        {
            farm.Store.Put(Create($"s/{farm.PoolId}/sign-in {i}"));
        }

        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);

        Assert.AreEqual(20_500, server.GetHealth().Revocations.Entries);
        Assert.IsTrue(connection.Reads >= 21);
        Assert.AreEqual(0, connection.Writes, "The store lacks nothing.");
    }

    [TestMethod]
    public async Task Log_tells_the_operator_what_happens_once_and_without_tokens()
    {
        using var farm = new StoreFarm();
        var log = new RecordingLog();
        var connection = farm.Store.Connect(_ => throw new TimeoutException("The store is down."));
        using var host = StartHost(
            farm, connection, log, options => options.Revocations.WhenUnavailable = UnavailableStoreHandling.Refuse);
        var response = await host.GetAsync("/", "Bearer " + farm.SignedIn("sign-in 1"));
        Assert.AreEqual((503, "2"), (response.StatusCode, response.Header("Retry-After")));
        await farm.UntilAsync(() => log.GetTexts(501).Count == 1);

        farm.Store.Put(Create("malformed"));
        farm.Store.Put(Create($"s/{farm.PoolId}/sign-in 2"));
        connection.Fault = null;
        await farm.UntilAsync(() => log.GetTexts(502).Count == 1 && log.GetTexts(504).Count == 1);
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + farm.SignedIn("sign-in 1"))).StatusCode);
        StringAssert.Contains(log.GetTexts(500).Single(), "this server knows 1, and accepts tokens.");

        farm.Store.Lose();
        await farm.UntilAsync(() => log.GetTexts(503).Count == 1);
        StringAssert.Contains(log.GetTexts(503).Single(), "lacked 1 revocations");

        // Many failures are one message.
        connection.Fault = _ => throw new TimeoutException("The store is down.");
        await farm.UntilAsync(() => log.GetTexts(501).Count == 2);
        await farm.UntilAsync(async () => (await host.GetAsync("/", "Bearer " + farm.SignedIn("sign-in 1"))).StatusCode == 503);
        connection.Fault = null;
        await farm.UntilAsync(() => log.GetTexts(502).Count == 2);

        Assert.AreEqual(2, log.GetTexts(501).Count);
        StringAssert.Contains(log.GetTexts(501)[0], "It was not read since the start, so requests with a token get 503.");
        StringAssert.Contains(log.GetTexts(501)[1], "Requests with a token get 503 soon");
        Assert.IsFalse(log.Entries.Any(entry => entry.Text.Contains("eyJ")));
    }

    [TestMethod]
    public async Task Pending_revocation_is_written_before_the_connection_closes()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        connection.WriteFault = _ => throw new InvalidOperationException("The store is read-only.");
        await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(() => server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1"));

        connection.WriteFault = null;
        server.Dispose();

        await farm.UntilAsync(() => farm.Store.Count == 1 && !connection.IsOpen);
    }

    [TestMethod]
    public async Task Connection_closes_also_if_a_pending_revocation_cannot_be_written()
    {
        using var farm = new StoreFarm();
        var connection = farm.Store.Connect();
        var server = await farm.StartReadyAsync(connection);
        connection.Fault = _ => throw new InvalidOperationException("The store is down.");
        await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(() => server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in 1"));

        server.Dispose();

        await farm.UntilAsync(() => !connection.IsOpen);
        Assert.AreEqual(0, farm.Store.Count);
    }

    [TestMethod]
    public async Task Store_that_cannot_be_subscribed_is_tried_again_until_the_end()
    {
        using var farm = new StoreFarm();
        var store = new UnreachableStore();
        using (var server = PoolValidator.Create(farm.Pool, options => options.Revocations.Store = store))
        {
            await farm.UntilAsync(() => store.Attempts > 2);
            Assert.AreEqual(TokenRejection.RevocationsUnavailable, await farm.GetRejectionAsync(server, "sign-in 1"));
        }

        var attempts = store.Attempts;
        farm.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.IsTrue(store.Attempts <= attempts + 1, "One may have begun before the end.");
    }

    [TestMethod]
    public async Task Start_in_code_that_suppresses_the_execution_context_reads_the_store()
    {
        using var farm = new StoreFarm();
        CognitoTokenValidator server;
        using (ExecutionContext.SuppressFlow())
        {
            server = farm.Start();
        }

        await farm.UntilAsync(() => server.GetHealth().Revocations.IsUsable);
    }

    [TestMethod]
    public async Task Entries_of_more_than_20000_unknown_pools_are_ignored()
    {
        using var farm = new StoreFarm();
        using var measurements = new RevocationMeasurements();
        for (var i = 0; i < 20_010; i++)
        {
            farm.Store.Put(Create($"s/pool{i}/sign-in 1"));
        }

        farm.Store.Put(Create($"s/{farm.PoolId}/sign-in 1"));
        var server = await farm.StartReadyAsync();

        Assert.AreEqual(TokenRejection.Revoked, await farm.GetRejectionAsync(server, "sign-in 1"));
        CollectionAssert.Contains(measurements.Ignored.ToList(), "entry 11");
    }

    [TestMethod]
    public void Entries_and_pages_need_their_texts()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => new CognitoStoredRevocation(null!, Always, Always));
        Assert.ThrowsExactly<ArgumentNullException>(() => new CognitoRevocationPage(null!, TimeSpan.Zero, [], 0, hasMore: false));
        Assert.ThrowsExactly<ArgumentNullException>(() => new CognitoRevocationPage("id", TimeSpan.Zero, null!, 0, hasMore: false));
    }

    private sealed class BrokenException : Exception
    {
        public override string Message => throw new NotSupportedException();
    }

    private sealed class UnreachableStore : ICognitoRevocationStore
    {
        private int _attempts;

        public int Attempts => Volatile.Read(ref _attempts);

        public IDisposable Subscribe(Action<CognitoRevocationStoreEvent> listener)
        {
            Interlocked.Increment(ref _attempts);
            throw new InvalidOperationException("The store is down.");
        }

        public Task<CognitoRevocationPage> ReadAsync(long position, int maximumCount, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task WriteAsync(IReadOnlyList<CognitoStoredRevocation> revocations, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private static OwinTestHost StartHost(
        StoreFarm farm, StoreConnection connection, RecordingLog log, Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(log);
            app.UseCognitoJwt(options =>
            {
                farm.Pool.Configure(options);
                options.Revocations.Store = connection;
                options.Keys.FetchTimeout = TimeSpan.FromMinutes(1);
                configure?.Invoke(options);
            });
            app.Run(ProtectedApp.AnswerAsync);
        });

    private static CognitoStoredRevocation Create(string key, DateTimeOffset? expiresAt = null) => new(key, Always, expiresAt ?? Always);

    /// <summary>Revokes sign-in 0, sign-in 1 and so on while the store fails.</summary>
    private static async Task RevokeInOutageAsync(StoreFarm farm, CognitoTokenValidator server, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Assert.ThrowsExactlyAsync<CognitoRevocationStoreException>(() => server.Revocations.RevokeSignInAsync(farm.PoolId, "sign-in " + i));
        }
    }
}
