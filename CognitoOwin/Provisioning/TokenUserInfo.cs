using System;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Holds what the user pool has said about the user of one access token, and asks again when the answer is old. All requests with the
/// token share one call. A call that fails keeps the last answer for a time; a refusal counts at once.
/// </summary>
/// <param name="token">The token.</param>
/// <param name="reader">Asks the pool.</param>
internal sealed class TokenUserInfo(CognitoToken token, UserInfoReader reader)
{
    private readonly object _gate = new();

    // Written under the lock.
    private UserInfoAnswer? _answer;
    private Task<UserInfoAnswer>? _call;
    private long _nextCall = long.MinValue;

    /// <summary>
    /// Checks whether a request may be answered without waiting: the pool has confirmed the user, and not too long ago. Renews the
    /// answer in the background when it is half as old as it may be.
    /// </summary>
    /// <returns><see langword="true"/> if it may; otherwise, <see langword="false"/>.</returns>
    public bool IsConfirmed()
    {
        if (!reader.IsAging)
        {
            return true;
        }

        // The path of nearly all requests: one read of the clock and no lock.
        if (GetAge(reader.Now) < reader.RenewalAge)
        {
            return true;
        }

        lock (_gate)
        {
            var now = reader.Now;
            if (GetAge(now) >= reader.MaximumAge)
            {
                return false;
            }

            RenewIfDue(now, keepsProfile: false);
            return true;
        }
    }

    /// <summary>Checks whether the last answer may be used for a request that cannot wait for a new one.</summary>
    /// <returns><see langword="true"/> if it may; otherwise, <see langword="false"/>.</returns>
    public bool IsUsable() => GetAge(reader.Now) < reader.UsableAge;

    /// <summary>Gets the answer of the pool: the last one if it is good, or a new one.</summary>
    /// <param name="needsProfile">
    /// Checks whether the answer must have the profile. It is called under the lock, so that a profile that is dropped is not asked
    /// for again by a request that came before.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for a call that another request has started.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<UserInfoAnswer> GetAsync(Func<bool> needsProfile, CancellationToken cancellationToken)
    {
        UserInfoAnswer? usable = null;
        Task<UserInfoAnswer>? call;
        var isStarter = false;
        lock (_gate)
        {
            var now = reader.Now;
            if (_answer is { Rejection: not TokenRejection.None } refusal && now < _nextCall)
            {
                return refusal;
            }

            var profileIsNeeded = needsProfile();
            if (_answer?.Attributes != null || !profileIsNeeded)
            {
                var age = GetAge(now);
                if (age < reader.MaximumAge)
                {
                    RenewIfDue(now, profileIsNeeded);
                    return _answer!;
                }

                usable = age < reader.UsableAge ? _answer : null;
            }

            call = _call;
            if (call == null)
            {
                call = TryStart(now, usable, profileIsNeeded);
                isStarter = true;
            }

            if (call == null)
            {
                return usable ?? UserInfoAnswer.ReportUnavailable(reader.GetTimeLeft(now, _nextCall));
            }
        }

        // The request that has started the call waits for its end even if its client has hung up. Otherwise clients that hang up at
        // once could start any number of calls: the provisioner counts the requests that wait.
        var answer = await call.WaitAsync(
            Timeout.InfiniteTimeSpan, TimeProvider.System, isStarter ? CancellationToken.None : cancellationToken).ConfigureAwait(false);
        return answer.Rejection == TokenRejection.UserInfoUnavailable && usable != null && reader.Now - usable.AskedAt < reader.UsableAge
            ? usable
            : answer;
    }

    /// <summary>Drops the profile, because its provisioning is done. The pool must have answered.</summary>
    public void DropProfile()
    {
        lock (_gate)
        {
            _answer = _answer!.WithoutAttributes();
        }
    }

    private long GetAge(long now) =>
        Volatile.Read(ref _answer) is { Rejection: TokenRejection.None } answer ? now - answer.AskedAt : long.MaxValue;

    // Call the following methods under the lock.
    private void RenewIfDue(long now, bool keepsProfile)
    {
        if (GetAge(now) < reader.RenewalAge || _call != null || now < _nextCall || !reader.TryTakeRenewal())
        {
            return;
        }

        var pool = reader.GetPool(token);
        if (pool.TryBegin())
        {
            Start(pool, keepsProfile, isRenewal: true);
        }
        else
        {
            reader.ReleaseRenewal();
        }
    }

    private Task<UserInfoAnswer>? TryStart(long now, UserInfoAnswer? usable, bool keepsProfile)
    {
        if (now < _nextCall)
        {
            return null;
        }

        var pool = reader.GetPool(token);
        if (usable == null)
        {
            pool.Begin();
        }
        else if (!pool.TryBegin())
        {
            return null;
        }

        return Start(pool, keepsProfile, isRenewal: false);
    }

    private Task<UserInfoAnswer> Start(UserInfoPool pool, bool keepsProfile, bool isRenewal)
    {
        // A request continues on its own thread. On the thread of the call, the requests would run one after the other.
        var result = new TaskCompletionSource<UserInfoAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _call = result.Task;
        _ = RunAsync(pool, keepsProfile, isRenewal, result);
        return result.Task;
    }

    private async Task RunAsync(UserInfoPool pool, bool keepsProfile, bool isRenewal, TaskCompletionSource<UserInfoAnswer> result)
    {
        var answer = await reader.AskAsync(token).ConfigureAwait(false);
        pool.End(answer.IsOutage);
        if (isRenewal)
        {
            reader.ReleaseRenewal();
        }

        lock (_gate)
        {
            _call = null;
            _nextCall = reader.GetNextCall(answer);
            if (answer.Rejection != TokenRejection.UserInfoUnavailable)
            {
                _answer = keepsProfile ? answer : answer.WithoutAttributes();
            }
        }

        result.SetResult(answer);
    }
}
