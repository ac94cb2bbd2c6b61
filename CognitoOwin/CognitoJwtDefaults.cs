using System;

namespace CognitoOwin;

/// <summary>The values <see cref="CognitoJwtAuthenticationOptions"/> starts with.</summary>
public static class CognitoJwtDefaults
{
    /// <summary>The authentication type of the middleware and the scheme of the <c>Authorization</c> header (RFC 6750 §2.1).</summary>
    public const string AuthenticationType = "Bearer";

    /// <summary>The <c>realm</c> of a challenge (RFC 7235 §2.2).</summary>
    public const string Realm = "api";

    /// <summary>
    /// The longest token that is looked at, in characters: 16 KiB. IIS and nginx refuse headers longer than 8 to 16 KiB anyway.
    /// </summary>
    public const int MaximumTokenLength = 16 * 1024;

    /// <summary>The longest that reading a profile may take: 5 seconds.</summary>
    public static readonly TimeSpan UserInfoTimeout = TimeSpan.FromSeconds(5);

    /// <summary>By how much the clocks of Cognito and of this host may differ: 60 seconds (RFC 7519 §4.1.4).</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);
}
