using System.Threading;
using System.Threading.Tasks;
using Microsoft.Owin;

namespace CognitoOwin.Provider;

/// <summary>Raises the provisioning event: how often, and one at a time for each user.</summary>
internal sealed class UserProvisioner(CognitoJwtAuthenticationOptions options, CancellationToken disposing)
{
    private readonly UserLocks _locks = new();

    public Task<ProvisioningOutcome> ProvisionAsync(CognitoTokenValidationResult validated, IOwinContext context)
    {
        var token = validated.Token!;
        if (token.TokenUse != CognitoTokenUse.Id)
        {
            return Nothing;
        }

        return options.Provisioning == CognitoProvisioning.EveryRequest
            ? RunInTurnAsync(token, context, context.Request.CallCancelled)
            : validated.Provisioning.GetOrRunAsync(() => RunInTurnAsync(token, context, disposing), context.Request.CallCancelled);
    }

    private static Task<ProvisioningOutcome> Nothing { get; } = Task.FromResult(ProvisioningOutcome.Nothing);

    private Task<ProvisioningOutcome> RunInTurnAsync(CognitoToken token, IOwinContext context, CancellationToken cancellationToken) =>
        _locks.RunAsync(token.UserPool.Issuer!, token.Subject, () => RunAsync(token, context, cancellationToken));

    private async Task<ProvisioningOutcome> RunAsync(CognitoToken token, IOwinContext context, CancellationToken cancellationToken)
    {
        var user = new CognitoProvisionUserContext(context, options, token, cancellationToken);
        await options.Provider.ProvisionUser(user).ConfigureAwait(false);
        return new ProvisioningOutcome(user.Claims, user.User, user.RejectionReason);
    }
}
