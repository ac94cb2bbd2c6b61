using System;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// Measures what a list of 100,000 revocations costs the check of a cached token. Two validators without a pipeline take turns, one
/// of them without a list.
/// </summary>
internal static class RevocationFigures
{
    private const int Entries = 100_000;
    private const int Repetitions = 20;

    public static Figure[] Measure(CognitoTestPool pool, string[] tokens, int rounds)
    {
        var poolId = pool.UserPool.UserPoolId!;
        var tomorrow = DateTimeOffset.UtcNow.AddDays(1);
        using var without = Create(pool);
        using var with = Create(pool);

        // Entries of every kind, so that a token is looked up four times. None of them is a token of the measurement.
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Entries / 2; i++)
        {
            with.Revocations.RevokeSignInAsync(poolId, Guid.NewGuid().ToString()).Wait();
        }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)(Entries / 2);
        with.Revocations.RevokeClientAsync(poolId, pool.ClientId, DateTimeOffset.UtcNow.AddDays(-1)).Wait();
        for (var i = 1; i < Entries / 4; i++)
        {
            with.Revocations.RevokeUserAsync(poolId, Guid.NewGuid().ToString()).Wait();
        }

        for (var i = 0; i < Entries / 4; i++)
        {
            with.Revocations.RevokeTokenAsync(poolId, Guid.NewGuid().ToString(), tomorrow).Wait();
        }

        var contest = new Contest();
        var validations = Repetitions * tokens.Length;
        contest.Add("none", validations, () => () => Validate(without, tokens, change: null));
        contest.Add("same", validations, () => () => Validate(with, tokens, change: null));

        // A new revocation before each pass over the tokens. Each of them is then looked up again. A known one would change nothing.
        var number = 0;
        contest.Add("changed", validations, () => () => Validate(
            with, tokens, () => with.Revocations.RevokeTokenAsync(poolId, "another " + number++, tomorrow).Wait()));
        Validate(without, tokens, change: null);
        Validate(with, tokens, change: null);
        contest.Run(rounds);
        return
        [
            new("revocation_check_us", contest.Difference("same", "none"), "what 100,000 revocations add to the check of a cached token, µs", atMost: 0.3),
            new("revocation_recheck_us", contest.Difference("changed", "none"), "the same if something was revoked since the last request with the token: four look-ups, µs", atMost: 0.3),
            new("revocation_entry_bytes", bytes, "bytes that one revocation takes in memory"),
        ];
    }

    private static CognitoTokenValidator Create(CognitoTestPool pool)
    {
        var options = new CognitoJwtAuthenticationOptions();
        pool.Configure(options);
        return new CognitoTokenValidator(options);
    }

    private static void Validate(CognitoTokenValidator validator, string[] tokens, Action? change)
    {
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            change?.Invoke();
            for (var i = 0; i < tokens.Length; i++)
            {
                if (!validator.ValidateAsync(tokens[i]).GetAwaiter().GetResult().IsValid)
                {
                    throw new InvalidOperationException("The token was not accepted, so the measurement would not be valid.");
                }
            }
        }
    }
}
