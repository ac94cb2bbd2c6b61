using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Validation;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Revocations;

/// <summary>Revocations under load, and a list of a million.</summary>
[TestClass]
[DoNotParallelize]
public sealed class RevocationLoadTests
{
    [TestMethod]
    public async Task No_request_that_begins_after_a_revocation_is_accepted()
    {
        const int Threads = 16;
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool);
        string[] tokens = [.. Enumerable.Range(0, 40).Select(i => pool.IdToken("user" + i).WithClaim("origin_jti", "sign-in " + i).ToString())];
        foreach (var token in tokens)
        {
            Assert.IsTrue((await validator.ValidateAsync(token)).IsValid);
        }

        // A token is revoked when its index is below this number. It rises after the call has returned.
        var revoked = 0;
        var wrong = 0;
        var refused = 0;
        var accepted = 0;
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            for (var i = number; Volatile.Read(ref revoked) < tokens.Length; i++)
            {
                var index = i % tokens.Length;
                var mustBeRefused = index < Volatile.Read(ref revoked);
                var rejection = validator.ValidateAsync(tokens[index]).GetAwaiter().GetResult().Rejection;
                Interlocked.Increment(ref rejection == TokenRejection.None ? ref accepted : ref refused);
                if (rejection is not (TokenRejection.None or TokenRejection.Revoked) || (mustBeRefused && rejection == TokenRejection.None))
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());

        for (var i = 0; i < tokens.Length; i++)
        {
            // Let the threads send some requests in between.
            var goal = Volatile.Read(ref accepted) + Volatile.Read(ref refused) + 500;
            SpinWait.SpinUntil(() => Volatile.Read(ref accepted) + Volatile.Read(ref refused) >= goal);
            await validator.Revocations.RevokeSignInAsync(pool.UserPool.UserPoolId!, "sign-in " + i);
            Volatile.Write(ref revoked, i + 1);
        }

        threads.ForEach(thread => thread.Join());
        Assert.AreEqual(0, wrong);
        Assert.IsTrue(accepted > 1000 && refused > 1000, $"{accepted} accepted, {refused} refused");
        foreach (var token in tokens)
        {
            Assert.AreEqual(TokenRejection.Revoked, (await validator.ValidateAsync(token)).Rejection);
        }
    }

    [TestMethod]
    public async Task Million_revocations_stay_within_their_room_and_are_all_found()
    {
        const int Count = 1_000_000;
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool);
        var poolId = pool.UserPool.UserPoolId!;
        string good = pool.IdToken("bob");
        Assert.IsTrue((await validator.ValidateAsync(good)).IsValid);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < Count; i++)
        {
            await validator.Revocations.RevokeSignInAsync(poolId, CreateId(i));
        }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;
        Trace.WriteLine($"{bytes} bytes an entry");
        Assert.IsTrue(bytes < 300, $"{bytes} bytes an entry");
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => validator.Revocations.RevokeSignInAsync(poolId, CreateId(Count)));
        foreach (var i in new[] { 0, 1, 499_999, Count - 1 })
        {
            Assert.AreEqual(
                TokenRejection.Revoked, (await validator.ValidateAsync(pool.IdToken("user" + i).WithClaim("origin_jti", CreateId(i)))).Rejection);
        }

        Assert.IsTrue((await validator.ValidateAsync(pool.IdToken("alice").WithClaim("origin_jti", CreateId(Count)))).IsValid);
        Assert.IsTrue((await validator.ValidateAsync(good)).IsValid);
    }

    private static string CreateId(int number) => new Guid(number, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]).ToString();
}
