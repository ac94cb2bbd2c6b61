using System;

namespace CognitoOwin.Provisioning;

/// <summary>Holds the settings of a <see cref="UserProvisioner"/>.</summary>
/// <param name="Frequency">How often the event is raised.</param>
/// <param name="UserInfo">Where the profile of the user of an access token is read.</param>
/// <param name="Timeout">The longest that a request waits for the application's handler.</param>
/// <param name="MaximumPending">How many requests may wait for handlers and profiles.</param>
internal sealed record ProvisioningSettings(
    CognitoProvisioning Frequency, CognitoUserInfo UserInfo, TimeSpan Timeout, int MaximumPending);
