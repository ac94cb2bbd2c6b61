using System;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Provisioning;
using Microsoft.Owin;

namespace CognitoOwin.Provider;

/// <summary>Raises the provider's provisioning event, and collects what the application made of the user.</summary>
internal sealed class ProvisionUserEvent(CognitoJwtAuthenticationOptions options)
{
    /// <inheritdoc cref="RaiseProvisionUser"/>
    /// <exception cref="Exception">The application's handler failed; the exception is the handler's.</exception>
    public async Task<ProvisioningOutcome> RaiseAsync(
        IOwinContext context, CognitoToken token, CognitoAttributes? profile, CancellationToken cancellationToken)
    {
        var user = new CognitoProvisionUserContext(context, options, token, profile, cancellationToken);
        await options.Provider.ProvisionUser(user).ConfigureAwait(false);

        // Copy the claims: code that keeps the context must not change what other requests get.
        return user.RejectionReason is { } reason
            ? ProvisioningOutcome.Reject(TokenRejection.RejectedByApplication, reason)
            : new ProvisioningOutcome([.. user.Claims], user.User);
    }
}
