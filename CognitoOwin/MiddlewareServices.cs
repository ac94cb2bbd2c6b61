using CognitoOwin.Claims;
using CognitoOwin.Provisioning;

namespace CognitoOwin;

/// <summary>
/// Holds what the handlers of one middleware share. Every request creates a handler, and one reference is smaller than four.
/// </summary>
internal sealed class MiddlewareServices(
    CognitoTokenValidator validator, UserProvisioner provisioner, IdentitySettings identitySettings, RefusalReporter refusals)
{
    public CognitoTokenValidator Validator { get; } = validator;

    public UserProvisioner Provisioner { get; } = provisioner;

    public IdentitySettings IdentitySettings { get; } = identitySettings;

    public RefusalReporter Refusals { get; } = refusals;
}
