using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Owin;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Raises the provisioning event for the tokens of users: how often, and with what profile. It raises the event for one token of a
/// user at a time; different users do not wait for each other.
/// </summary>
/// <param name="frequency">How often the event is raised.</param>
/// <param name="userInfoSource">Where the profile of the user of an access token is read.</param>
/// <param name="userInfo">Reads the profile.</param>
/// <param name="raise">Raises the event; null if the application does not handle it.</param>
/// <param name="disposing">Is cancelled when the host ends the application.</param>
internal sealed class UserProvisioner(
    CognitoProvisioning frequency,
    CognitoUserInfo userInfoSource,
    UserInfoClient userInfo,
    RaiseProvisionUser? raise,
    CancellationToken disposing)
{
    private readonly ProvisionedUsers _users = new();

    private static Task<ProvisioningOutcome> NoProvisioning { get; } = Task.FromResult(ProvisioningOutcome.Empty);

    public Task<ProvisioningOutcome> ProvisionAsync(CognitoTokenValidationResult validation, IOwinContext context)
    {
        var token = validation.Token!;

        // Every other token is a user's. None of them passes the handler unseen, because a client could otherwise avoid a rejection
        // by sending the other token of its sign-in.
        if (token.IsClient || (raise == null && !NeedsProfile(token)))
        {
            return NoProvisioning;
        }

        var provisioning = TokenProvisioning.GetOrCreate(validation, _users);
        if (frequency == CognitoProvisioning.OncePerToken && provisioning.Outcome.Kept is { } kept)
        {
            return kept;
        }

        provisioning.User.ThrowIfHeldByCaller();
        return frequency == CognitoProvisioning.EveryRequest
            ? RunAsync(token, provisioning, context, context.Request.CallCancelled)
            : ShareAsync(token, provisioning, context);
    }

    private bool NeedsProfile(CognitoToken token) =>
        token.TokenUse != CognitoTokenUse.Id && userInfoSource != CognitoUserInfo.None;

    // This is a separate method, because the compiler allocates the captured variables of a lambda when its method starts. In
    // ProvisionAsync, every request would pay for that.
    private Task<ProvisioningOutcome> ShareAsync(CognitoToken token, TokenProvisioning provisioning, IOwinContext context) =>
        provisioning.Outcome.GetOrRunAsync(() => RunAsync(token, provisioning, context, disposing), context.Request.CallCancelled);

    private async Task<ProvisioningOutcome> RunAsync(
        CognitoToken token, TokenProvisioning provisioning, IOwinContext context, CancellationToken cancellationToken)
    {
        CognitoAttributes? profile = null;
        if (NeedsProfile(token))
        {
            // Without this check, a client could use a token without the scope. Then neither the handler nor the application's
            // rules about its users would see the profile.
            if (!token.Scopes.Contains(UserInfoClient.GetRequiredScope(userInfoSource)))
            {
                return ProvisioningOutcome.Reject(TokenRejection.UserInfoScopeMissing);
            }

            var answer = provisioning.UserInfo.Kept is { } kept
                ? kept.Result
                : await provisioning.UserInfo.GetOrRunAsync(() => userInfo.FetchAsync(token, disposing), cancellationToken)
                    .ConfigureAwait(false);
            if (answer.Rejection != TokenRejection.None)
            {
                return ProvisioningOutcome.Reject(answer.Rejection, retryAfter: answer.RetryAfter);
            }

            profile = answer.Attributes;
        }

        var outcome = await provisioning.User.RunAsync(
            () => RunHandlerAsync(token, provisioning.User, profile, context, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (outcome.IsKept && frequency == CognitoProvisioning.OncePerToken)
        {
            provisioning.DropUserInfo();
        }

        return outcome;
    }

    // Runs in the user's turn, so that each run is either before or after a rejection of the user.
    private async Task<ProvisioningOutcome> RunHandlerAsync(
        CognitoToken token, ProvisionedUser user, CognitoAttributes? profile, IOwinContext context, CancellationToken cancellationToken)
    {
        var outcome = raise == null
            ? new ProvisioningOutcome([], null)
            : await raise(context, token, profile, cancellationToken).ConfigureAwait(false);
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
