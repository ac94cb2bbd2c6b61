using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Owin;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Decides for which tokens the provisioning event is raised, how often, and with what profile. It raises the event for one token of
/// a user at a time; different users do not wait for each other.
/// </summary>
/// <param name="frequency">How often the event is raised.</param>
/// <param name="userInfoSource">Where the profile of the user of an access token is read.</param>
/// <param name="userInfo">Reads the profile.</param>
/// <param name="raise">Raises the event.</param>
/// <param name="disposing">Is cancelled when the host ends the application.</param>
internal sealed class UserProvisioner(
    CognitoProvisioning frequency,
    CognitoUserInfo userInfoSource,
    UserInfoClient userInfo,
    RaiseProvisionUser raise,
    CancellationToken disposing)
{
    private readonly UserLocks _locks = new();

    private static Task<ProvisioningOutcome> NoProvisioning { get; } = Task.FromResult(ProvisioningOutcome.Empty);

    public Task<ProvisioningOutcome> ProvisionAsync(CognitoTokenValidationResult validation, IOwinContext context)
    {
        var token = validation.Token!;

        if (token.IsClient || (token.TokenUse != CognitoTokenUse.Id && userInfoSource == CognitoUserInfo.None))
        {
            return NoProvisioning;
        }

        var provisioning = TokenProvisioning.GetOrCreate(validation);
        if (frequency == CognitoProvisioning.OncePerToken && provisioning.Outcome.Kept is { } kept)
        {
            return kept;
        }

        _locks.ThrowIfHeldByCaller(token.UserPoolId, token.Subject);
        return frequency == CognitoProvisioning.EveryRequest
            ? RunAsync(token, provisioning, context, context.Request.CallCancelled)
            : ShareAsync(token, provisioning, context);
    }

    // This is a separate method, because the compiler allocates the captured variables of a lambda when its method starts. In
    // ProvisionAsync, every request would pay for that.
    private Task<ProvisioningOutcome> ShareAsync(CognitoToken token, TokenProvisioning provisioning, IOwinContext context) =>
        provisioning.Outcome.GetOrRunAsync(() => RunAsync(token, provisioning, context, disposing), context.Request.CallCancelled);

    private async Task<ProvisioningOutcome> RunAsync(
        CognitoToken token, TokenProvisioning provisioning, IOwinContext context, CancellationToken cancellationToken)
    {
        CognitoAttributes? profile = null;
        if (token.TokenUse != CognitoTokenUse.Id)
        {
            // Without this check, a client could use a token without the scope. Then neither the handler nor the application's
            // rules about its users would run.
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

        var outcome = await _locks.RunAsync(
            token.UserPoolId,
            token.Subject,
            () => raise(context, token, profile, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        if (outcome.IsKept && frequency == CognitoProvisioning.OncePerToken)
        {
            provisioning.DropUserInfo();
        }

        return outcome;
    }
}
