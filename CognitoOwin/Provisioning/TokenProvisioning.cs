using System.Threading;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Holds the profile and the provisioning of the user of one validated token, for every request with the token.
/// </summary>
internal sealed class TokenProvisioning
{
    private SharedRun<UserInfoAnswer>? _userInfo;

    private TokenProvisioning(ProvisionedUser user) => User = user;

    /// <summary>Gets what the token shares with the user's other tokens.</summary>
    public ProvisionedUser User { get; }

    /// <summary>Gets the run of the application's handler.</summary>
    public SharedRun<ProvisioningOutcome> Outcome { get; } = new();

    /// <summary>Gets the run that reads the profile. Only some access tokens have one, so the first request creates it.</summary>
    public SharedRun<UserInfoAnswer> UserInfo => LazyInitializer.EnsureInitialized(ref _userInfo, static () => new())!;

    /// <summary>Gets the provisioning of a token; the first request creates it.</summary>
    /// <param name="validation">
    /// The validation that accepted the token. Its slot keeps the provisioning as long as the token.
    /// </param>
    /// <param name="users">Finds the user of the token.</param>
    /// <returns>The one object of this token.</returns>
    public static TokenProvisioning GetOrCreate(CognitoTokenValidationResult validation, ProvisionedUsers users)
    {
        ref var slot = ref validation.Slot;
        if (Volatile.Read(ref slot) is TokenProvisioning existing)
        {
            return existing;
        }

        var created = new TokenProvisioning(users.GetOrCreate(validation.Token!));
        return (TokenProvisioning)(Interlocked.CompareExchange(ref slot, created, null) ?? created);
    }

    /// <summary>Drops the profile, which may have 64 KiB that no limit of the token cache counts.</summary>
    public void DropUserInfo() => Volatile.Read(ref _userInfo)?.Drop();
}
