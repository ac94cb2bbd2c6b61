using System.Threading;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Holds the profile and the provisioning of the user of one validated token, for every request with the token.
/// </summary>
internal sealed class TokenProvisioning
{
    private TokenProvisioning(ProvisionedUser user, TokenUserInfo? userInfo)
    {
        User = user;
        UserInfo = userInfo;
    }

    /// <summary>Gets what the token shares with the user's other tokens.</summary>
    public ProvisionedUser User { get; }

    /// <summary>Gets the run of the application's handler.</summary>
    public SharedRun Outcome { get; } = new();

    /// <summary>Gets what the user pool says about the user; null if it is not asked.</summary>
    public TokenUserInfo? UserInfo { get; }

    /// <summary>Gets the provisioning of a token; the first request creates it.</summary>
    /// <param name="validation">
    /// The validation that accepted the token. Its slot keeps the provisioning as long as the token.
    /// </param>
    /// <param name="users">Finds the user of the token.</param>
    /// <param name="reader">Asks the user pool about the user; null if it is not asked.</param>
    /// <returns>The one object of this token.</returns>
    public static TokenProvisioning GetOrCreate(
        CognitoTokenValidationResult validation, ProvisionedUsers users, UserInfoReader? reader)
    {
        ref var slot = ref validation.Slot;
        if (Volatile.Read(ref slot) is TokenProvisioning existing)
        {
            return existing;
        }

        var token = validation.Token!;
        var created = new TokenProvisioning(users.GetOrCreate(token), reader == null ? null : new TokenUserInfo(token, reader));
        return (TokenProvisioning)(Interlocked.CompareExchange(ref slot, created, null) ?? created);
    }
}
