using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Http;
using CognitoOwin.Keys;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Asks the user pools about the users of access tokens: how long an answer is good, and how many calls run in the background.
/// </summary>
internal sealed class UserInfoReader
{
    // A call takes some 50 ms, so this is about Cognito's quota of a second.
    private const int MaximumRenewals = 10;

    private static readonly TimeSpan RefusalLifetime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OutagePause = TimeSpan.FromSeconds(1);

    private readonly UserInfoClient _client;
    private readonly TimeProvider _time;
    private readonly CancellationToken _disposing;
    private readonly TimeSpan? _maximumAge;
    private readonly ConditionalWeakTable<CognitoUserPool, UserInfoPool> _pools = new();
    private int _renewals;

    /// <param name="client">Sends the calls.</param>
    /// <param name="maximumAge">The age at which a request waits for a new answer; null if an answer does not age.</param>
    /// <param name="time">The clock.</param>
    /// <param name="disposing">Is cancelled when the host ends the application.</param>
    public UserInfoReader(UserInfoClient client, TimeSpan? maximumAge, TimeProvider time, CancellationToken disposing)
    {
        _client = client;
        _time = time;
        _disposing = disposing;
        _maximumAge = maximumAge;
        var age = maximumAge is { } limit ? time.ToTimestampUnits(limit) : long.MaxValue;
        RenewalAge = maximumAge == null ? age : age / 2;
        MaximumAge = age;
        UsableAge = maximumAge == null ? age : 2 * age;
    }

    /// <summary>Gets whether an answer ages.</summary>
    public bool IsAging => _maximumAge != null;

    /// <summary>Gets the age, in units of the clock's timestamps, from which an answer is renewed in the background.</summary>
    public long RenewalAge { get; }

    /// <summary>Gets the age from which a request waits for a new answer.</summary>
    public long MaximumAge { get; }

    /// <summary>Gets the age up to which an answer is used while the pool cannot be asked.</summary>
    public long UsableAge { get; }

    public long Now => _time.GetTimestamp();

    /// <summary>Gets the calls to the pool of a token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The one object of this pool.</returns>
    public UserInfoPool GetPool(CognitoToken token) => _pools.GetValue(token.UserPool, _ => new UserInfoPool(_time, OutagePause));

    /// <summary>Gets when the pool may be asked again for a token.</summary>
    /// <param name="answer">The pool's last answer.</param>
    /// <returns>The timestamp.</returns>
    public long GetNextCall(UserInfoAnswer answer)
    {
        var wait = answer.Rejection switch
        {
            TokenRejection.None => TimeSpan.Zero,

            // Without an age, the next request asks again.
            TokenRejection.UserInfoUnavailable => IsAging ? answer.RetryAfter!.Value : TimeSpan.Zero,
            _ => RefusalLifetime,
        };
        return Now + _time.ToTimestampUnits(wait);
    }

    /// <summary>Gets how long to wait until a timestamp.</summary>
    /// <param name="now">The timestamp now.</param>
    /// <param name="end">The timestamp.</param>
    /// <returns>The time.</returns>
    public TimeSpan GetTimeLeft(long now, long end) => _time.GetElapsedTime(now, end);

    /// <summary>Takes one of the places for renewals in the background.</summary>
    /// <returns><see langword="true"/> if there was one; otherwise, <see langword="false"/>.</returns>
    public bool TryTakeRenewal()
    {
        if (Interlocked.Increment(ref _renewals) <= MaximumRenewals)
        {
            return true;
        }

        ReleaseRenewal();
        return false;
    }

    /// <summary>Gives the place back.</summary>
    public void ReleaseRenewal() => Interlocked.Decrement(ref _renewals);

    /// <summary>Asks the pool. The call belongs to no request, because several requests may wait for it.</summary>
    /// <param name="token">The access token.</param>
    /// <returns>The answer. The task never fails.</returns>
    public Task<UserInfoAnswer> AskAsync(CognitoToken token)
    {
        using (ExecutionFlow.Suppress())
        {
            return Task.Run(async () =>
            {
                try
                {
                    return await _client.FetchAsync(token, _disposing).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // The requests that wait must get an answer, whatever fails. Usually the application ends.
                catch (Exception)
#pragma warning restore CA1031
                {
                    return UserInfoAnswer.ReportUnavailable(UserInfoClient.DefaultRetryAfter);
                }
            });
        }
    }
}
