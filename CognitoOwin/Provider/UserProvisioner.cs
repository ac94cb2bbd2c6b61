using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Diagnostics;
using CognitoOwin.UserInfo;
using Microsoft.Owin;

namespace CognitoOwin.Provider;

/// <summary>Raises the provisioning event: for whom, how often, with what profile, and one at a time for each user.</summary>
internal sealed class UserProvisioner(
    CognitoJwtAuthenticationOptions options, UserInfoClient userInfo, CognitoLog log, CancellationToken disposing)
{
    private readonly UserLocks _locks = new();

    public Task<ProvisioningOutcome> ProvisionAsync(CognitoTokenValidationResult validated, IOwinContext context)
    {
        var token = validated.Token!;

        // A client that acts for itself (client credentials) is no user.
        if (token.TokenUse != CognitoTokenUse.Id && (options.UserInfo == CognitoUserInfo.None || token.Username == null))
        {
            return Nothing;
        }

        if (options.Provisioning == CognitoProvisioning.OncePerToken && validated.Provisioning.Kept is { } kept)
        {
            return kept;
        }

        _locks.ThrowIfHeldByCaller(token.Issuer, token.Subject);
        return options.Provisioning == CognitoProvisioning.EveryRequest
            ? RunAsync(validated, context, context.Request.CallCancelled)
            : ShareAsync(validated, context);
    }

    // Of its own: what the lambda needs would be allocated at the beginning of the method, for every request.
    private Task<ProvisioningOutcome> ShareAsync(CognitoTokenValidationResult validated, IOwinContext context) =>
        validated.Provisioning.GetOrRunAsync(() => RunAsync(validated, context, disposing), context.Request.CallCancelled);

    private static Task<ProvisioningOutcome> Nothing { get; } = Task.FromResult(ProvisioningOutcome.Nothing);

    private async Task<ProvisioningOutcome> RunAsync(
        CognitoTokenValidationResult validated, IOwinContext context, CancellationToken cancellationToken)
    {
        var token = validated.Token!;
        CognitoAttributes? profile = null;
        if (token.TokenUse != CognitoTokenUse.Id)
        {
            // To let the token pass without the handler would let the client choose whether the application's own rules about
            // its users apply.
            if (!token.Scopes.Contains(UserInfoClient.ScopeFor(options.UserInfo)))
            {
                return ProvisioningOutcome.Reject(TokenRejection.UserInfoScopeMissing);
            }

            var answer = validated.UserInfo.Kept is { } kept
                ? kept.Result
                : await validated.UserInfo.GetOrRunAsync(() => userInfo.FetchAsync(token, disposing), cancellationToken)
                    .ConfigureAwait(false);
            if (answer.Rejection != TokenRejection.None)
            {
                return ProvisioningOutcome.Reject(answer.Rejection, retryAfter: answer.RetryAfter);
            }

            profile = answer.Attributes;
        }

        var outcome = await _locks.RunAsync(
            token.Issuer,
            token.Subject,
            () => RaiseAsync(new CognitoProvisionUserContext(context, options, token, profile, cancellationToken)),
            cancellationToken).ConfigureAwait(false);
        if (outcome.IsKept && options.Provisioning == CognitoProvisioning.OncePerToken)
        {
            // It may have 64 KiB, which no bound of the token cache counts.
            validated.UserInfo.Forget();
        }

        return outcome;
    }

    private async Task<ProvisioningOutcome> RaiseAsync(CognitoProvisionUserContext user)
    {
        try
        {
            await options.Provider.ProvisionUser(user).ConfigureAwait(false);
        }
        catch (Exception e) when (log.ProvisioningFailed(e))
        {
        }

        // A copy: whoever keeps the context must not change what other requests get.
        return user.RejectionReason is { } reason
            ? ProvisioningOutcome.Reject(TokenRejection.RejectedByApplication, reason)
            : new ProvisioningOutcome([.. user.Claims], user.User);
    }
}
