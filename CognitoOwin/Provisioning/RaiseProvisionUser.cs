using System.Threading;
using System.Threading.Tasks;
using Microsoft.Owin;

namespace CognitoOwin.Provisioning;

/// <summary>Raises the application's provisioning event for the user of a token.</summary>
/// <param name="context">The request.</param>
/// <param name="token">The validated token.</param>
/// <param name="profile">The profile of the user of an access token; null if there is none.</param>
/// <param name="cancellationToken">Is cancelled when the outcome is no longer wanted.</param>
/// <returns>What the application made of the user.</returns>
internal delegate Task<ProvisioningOutcome> RaiseProvisionUser(
    IOwinContext context, CognitoToken token, CognitoAttributes? profile, CancellationToken cancellationToken);
