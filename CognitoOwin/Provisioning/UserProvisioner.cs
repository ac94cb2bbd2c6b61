using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Owin;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Raises the provisioning event for the tokens of users: how often, with what profile, and for how long at most. It raises the
/// event for one token of a user at a time; different users do not wait for each other.
/// </summary>
/// <param name="settings">The settings.</param>
/// <param name="userInfo">Asks the user pools about the users of access tokens.</param>
/// <param name="raise">Raises the event; null if the application does not handle it.</param>
/// <param name="reporter">Reports failures.</param>
/// <param name="time">The clock.</param>
/// <param name="disposing">Is cancelled when the host ends the application.</param>
internal sealed class UserProvisioner(
    ProvisioningSettings settings,
    UserInfoReader userInfo,
    RaiseProvisionUser? raise,
    ProvisioningReporter reporter,
    TimeProvider time,
    CancellationToken disposing)
{
    private readonly ProvisionedUsers _users = new();

    // The requests that wait, and the handlers that run although their request was answered.
    private int _pending;

    /// <summary>Gets how many requests wait, and how many handlers run although their request was answered.</summary>
    public int Pending => Volatile.Read(ref _pending);

    private static Task<ProvisioningOutcome> NoProvisioning { get; } = Task.FromResult(ProvisioningOutcome.Empty);

    /// <summary>Provisions the user of a token.</summary>
    /// <param name="validation">The validation that accepted the token.</param>
    /// <param name="context">The request.</param>
    /// <returns>The outcome. A handler that fails gives an outcome too, and throws nothing.</returns>
    /// <exception cref="OperationCanceledException">The client of the request has hung up.</exception>
    public Task<ProvisioningOutcome> ProvisionAsync(CognitoTokenValidationResult validation, IOwinContext context)
    {
        var token = validation.Token!;

        // Every other token is a user's. None of them passes the handler unseen, because a client could otherwise avoid a rejection
        // by sending the other token of its sign-in.
        if (token.IsClient || (raise == null && !NeedsProfile(token)))
        {
            return NoProvisioning;
        }

        var provisioning = TokenProvisioning.GetOrCreate(validation, _users, NeedsProfile(token) ? userInfo : null);
        return GetKept(provisioning) is { } kept && provisioning.UserInfo?.IsConfirmed() != false
            ? kept
            : WaitAsync(token, provisioning, context);
    }

    private bool NeedsProfile(CognitoToken token) =>
        token.TokenUse != CognitoTokenUse.Id && settings.UserInfo != CognitoUserInfo.None;

    private Task<ProvisioningOutcome>? GetKept(TokenProvisioning provisioning) =>
        settings.Frequency == CognitoProvisioning.OncePerToken ? provisioning.Outcome.Kept : null;

    private async Task<ProvisioningOutcome> WaitAsync(CognitoToken token, TokenProvisioning provisioning, IOwinContext context)
    {
        try
        {
            // A database that hangs must not collect requests until they have taken all threads and memory.
            if (Interlocked.Increment(ref _pending) > settings.MaximumPending)
            {
                // If only the answer of the user pool is old, this is like a pool that cannot be asked now.
                return GetKept(provisioning) is { } kept && provisioning.UserInfo?.IsUsable() != false
                    ? kept.Result
                    : reporter.ReportExcess();
            }

            return provisioning.UserInfo is { } userInfo
                ? await ReadAndRunAsync(token, provisioning, userInfo, context).ConfigureAwait(false)
                : await RunAsync(token, provisioning, null, context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (disposing.IsCancellationRequested)
        {
            return ProvisioningOutcome.Fail();
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }

    private async Task<ProvisioningOutcome> ReadAndRunAsync(
        CognitoToken token, TokenProvisioning provisioning, TokenUserInfo userInfo, IOwinContext context)
    {
        // Without this check, a client could choose a token without the scope, so that the application does not see its profile.
        if (!token.Scopes.Contains(UserInfoClient.GetRequiredScope(settings.UserInfo)))
        {
            return ProvisioningOutcome.Reject(TokenRejection.UserInfoScopeMissing);
        }

        while (true)
        {
            var answer = await userInfo.GetAsync(() => GetKept(provisioning) == null, context.Request.CallCancelled).ConfigureAwait(false);
            if (answer.Rejection != TokenRejection.None)
            {
                return ProvisioningOutcome.Reject(answer.Rejection, retryAfter: answer.RetryAfter);
            }

            if (GetKept(provisioning) is { } kept)
            {
                return kept.Result;
            }

            // Without attributes, the outcome was forgotten while this request waited, and the handler needs them again.
            if (answer.Attributes is { } profile)
            {
                var outcome = await RunAsync(token, provisioning, profile, context).ConfigureAwait(false);
                if (GetKept(provisioning) != null)
                {
                    userInfo.DropProfile();
                }

                return outcome;
            }
        }
    }

    private async Task<ProvisioningOutcome> RunAsync(
        CognitoToken token, TokenProvisioning provisioning, CognitoAttributes? profile, IOwinContext context)
    {
        if (provisioning.User.IsHeldByCaller)
        {
            return reporter.ReportFailure(new InvalidOperationException(
                "The provisioning handler of a user has called the application with a token of the same user. The call would "
                + "wait for itself. Inside the handler, call no action of this application with the user's own token."));
        }

        var callCancelled = context.Request.CallCancelled;
        return await (settings.Frequency == CognitoProvisioning.EveryRequest
            ? RunWithinTimeoutAsync(token, provisioning.User, profile, context, callCancelled)
            : provisioning.Outcome.GetOrRunAsync(
                () => RunWithinTimeoutAsync(token, provisioning.User, profile, context, CancellationToken.None), callCancelled)).ConfigureAwait(false);
    }

    private async Task<ProvisioningOutcome> RunWithinTimeoutAsync(
        CognitoToken token, ProvisionedUser user, CognitoAttributes? profile, IOwinContext context, CancellationToken cancellationToken)
    {
        var isOver = false;
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, disposing);
        var run = user.RunAsync(
            () => Volatile.Read(ref isOver)
                ? throw new OperationCanceledException()
                : RunHandlerAsync(token, user, profile, context, limit.Token),
            time,
            limit.Token);
        try
        {
            return await run.WaitAsync(settings.Timeout, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // If the turn comes only now, do not run the handler for nobody.
            Volatile.Write(ref isOver, true);
            return reporter.ReportFailure(new TimeoutException(
                $"The provisioning handler of a user, or the requests that wait for it, took longer than {settings.Timeout} (ProvisioningTimeout)."));
        }
        finally
        {
            _ = EndAsync(run, limit);
        }
    }

    // If the run takes too long, the request is answered, but the user's turn ends only with the run: two runs of one user must not
    // overlap. The run counts as pending until then, because it may block a thread.
    private async Task EndAsync(Task run, CancellationTokenSource limit)
    {
        using (limit)
        {
            if (run.IsCompleted)
            {
                return;
            }

            Interlocked.Increment(ref _pending);
            try
            {
                // The application's callbacks of the token may block or throw.
                await Task.WhenAll(Task.Run(limit.Cancel), run).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // The request has its answer already.
            }
            finally
            {
                Interlocked.Decrement(ref _pending);
            }
        }
    }

    // Runs in the user's turn, so that each run is either before or after a rejection of the user.
    private async Task<ProvisioningOutcome> RunHandlerAsync(
        CognitoToken token, ProvisionedUser user, CognitoAttributes? profile, IOwinContext context, CancellationToken cancellationToken)
    {
        var outcome = new ProvisioningOutcome([], null);
        if (raise != null)
        {
            var callCancelled = context.Request.CallCancelled;
            var started = time.GetTimestamp();
            Exception? failure = null;
            try
            {
                // A handler may block its thread. It gets its own one, so that it takes no thread of the pool, on which the requests
                // of all users run. RunContinuationsAsynchronously: the rest of the request runs on the pool again.
                var handler = await Task.Factory.StartNew(
                    () => raise(context, token, profile, cancellationToken),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously,
                    TaskScheduler.Default).ConfigureAwait(false);
                outcome = await handler.ConfigureAwait(false);
            }
            catch (Exception e) when ((failure = e) is not OperationCanceledException
                || !(cancellationToken.IsCancellationRequested || callCancelled.IsCancellationRequested))
            {
                return reporter.ReportFailure(e);
            }
            finally
            {
                ProvisioningMetrics.RecordRun(time.GetElapsedTime(started), failure);
            }

            reporter.ReportSuccess();
        }

        if (outcome.Rejection == TokenRejection.None)
        {
            outcome.KeepFor(user);
        }
        else
        {
            user.RecordRejection();
        }

        return outcome;
    }
}
