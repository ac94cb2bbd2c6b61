using System;

namespace CognitoOwin;

/// <summary>Defines the default values of <see cref="CognitoJwtAuthenticationOptions"/>.</summary>
public static class CognitoJwtDefaults
{
    /// <summary>
    /// Names the authentication type of the middleware, and the scheme of the <c>Authorization</c> header (RFC 6750 §2.1).
    /// </summary>
    public const string AuthenticationType = "Bearer";

    /// <summary>Names the <c>realm</c> of a challenge (RFC 7235 §2.2).</summary>
    public const string Realm = "api";

    /// <summary>
    /// Limits the length of a token, in characters: 16,384. IIS refuses longer headers unless its own limit is raised too.
    /// </summary>
    public const int MaximumTokenLength = 16 * 1024;

    /// <summary>Limits how many requests wait for the provisioning handler and for profiles: 100.</summary>
    public const int MaximumPendingProvisioning = 100;

    /// <summary>Limits the time that a request waits for the provisioning handler: 30 seconds.</summary>
    public static readonly TimeSpan ProvisioningTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Limits the time for reading a profile: 5 seconds.</summary>
    public static readonly TimeSpan UserInfoTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Limits how much the clocks of Cognito and of this host may differ: 60 seconds (RFC 7519 §4.1.4).</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);
}
