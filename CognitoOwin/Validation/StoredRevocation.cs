using System;

namespace CognitoOwin.Validation;

/// <summary>
/// One revocation on its way to or from the store: a kind, a pool, an id, an entry. The key in the store is <c>s/POOL/ID</c> for a
/// sign-in, <c>u/…</c> for a user, <c>t/…</c> for a token and <c>c/…</c> for an app client. No pool id has a slash.
/// </summary>
internal readonly struct StoredRevocation(string userPoolId, RevocationKind kind, RevocationKey key, RevocationEntry entry)
{
    public const int MaximumIdLength = 256;

    // More than any pool id has.
    private const int MaximumPoolIdLength = 128;

    // In the order of RevocationKind.
    private const string Kinds = "sutc";

    // 9999-12-31T23:59:59.999Z, the last millisecond of a DateTimeOffset.
    private const long Always = 253_402_300_799_999;

    // The longest refresh token lifetime, the day of the last token, and some for the clocks.
    private const double LongestLifetime = 3652 * 86_400.0;

    public string UserPoolId { get; } = userPoolId;

    public RevocationKind Kind { get; } = kind;

    public RevocationKey Key { get; } = key;

    public RevocationEntry Entry { get; } = entry;

    /// <summary>Reads an entry of the store, which anyone may have written who can reach the store.</summary>
    /// <param name="stored">The entry.</param>
    /// <param name="now">The time now, in seconds since 1970.</param>
    /// <param name="clockSkew">How much the clocks of two servers may differ from Cognito's, in seconds.</param>
    /// <param name="round">The reading of the store.</param>
    /// <param name="revocation">The revocation.</param>
    /// <returns><see langword="false"/> if the entry is malformed; otherwise, <see langword="true"/>.</returns>
    public static bool TryRead(
        CognitoStoredRevocation stored, double now, double clockSkew, int round, out StoredRevocation revocation)
    {
        revocation = default;
        var key = stored.Key;
        var end = key.Length > 2 && key[1] == '/' ? key.IndexOf('/', 2) : -1;
        var kind = Kinds.IndexOf(end < 0 ? '-' : key[0]);
        if (kind < 0 || end - 2 is < 1 or > MaximumPoolIdLength || key.Length - end - 1 is < 1 or > MaximumIdLength)
        {
            return false;
        }

        // An entry refuses tokens that exist; it must lock nobody out. The clock of the server that wrote it may be ahead of Cognito's,
        // whose clock may be ahead of ours, and the default moment is one more clock skew ahead.
        var (storedMoment, moment) = (double.PositiveInfinity, double.PositiveInfinity);
        if (kind is (int)RevocationKind.User or (int)RevocationKind.Client)
        {
            storedMoment = stored.Moment.ToUnixTimeMilliseconds() / 1000.0;
            moment = Math.Min(storedMoment, RoundUp(now + (3 * clockSkew)));
        }

        var expiresAt = Math.Min(stored.ExpiresAt.ToUnixTimeMilliseconds() / 1000.0, RoundUp(now + LongestLifetime));
        revocation = new StoredRevocation(
            key.Substring(2, end - 2),
            (RevocationKind)kind,
            new RevocationKey(key.Substring(end + 1)),
            new RevocationEntry(moment, expiresAt, round, moment < storedMoment ? (uint)Math.Min(storedMoment, uint.MaxValue) : 0));
        return true;
    }

    public CognitoStoredRevocation ToStored() => new(
        $"{Kinds[(int)Kind]}/{UserPoolId}/{Key.Id}",
        DateTimeOffset.FromUnixTimeMilliseconds(double.IsPositiveInfinity(Entry.Moment) ? Always : ToMilliseconds(Entry.Moment)),
        DateTimeOffset.FromUnixTimeMilliseconds(ToMilliseconds(Entry.ExpiresAt)));

    /// <summary>Rounds a time up to whole milliseconds, in which the store keeps it.</summary>
    /// <param name="seconds">Seconds since 1970; infinity stays.</param>
    /// <returns>Seconds since 1970.</returns>
    /// <remarks>A double is off by less than a thousandth of a millisecond, which must not count as the next one.</remarks>
    public static double RoundUp(double seconds) => Math.Ceiling((seconds * 1000) - 0.001) / 1000;

    private static long ToMilliseconds(double seconds) => (long)Math.Round(Math.Min(Always, Math.Max(0, seconds * 1000)));
}
