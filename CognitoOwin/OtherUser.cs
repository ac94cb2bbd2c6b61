using System.Security.Claims;
using System.Security.Principal;
using CognitoOwin.Claims;

namespace CognitoOwin;

/// <summary>Tells whether a middleware other than CognitoOwin has authenticated a request.</summary>
internal static class OtherUser
{
    // Named by text, so that an application that hosts itself does not load System.Web.
    private const string FormsIdentity = "System.Web.Security.FormsIdentity";

    /// <summary>Checks whether another middleware has authenticated the user of a request.</summary>
    /// <param name="user">The user of the request; may be null.</param>
    /// <param name="countHostUser">Whether a user whom the host has set counts too.</param>
    /// <returns><see langword="true"/> if the user has such an identity; otherwise, <see langword="false"/>.</returns>
    public static bool IsAuthenticated(IPrincipal? user, bool countHostUser)
    {
        // A host may set a principal of its own class. Under Mono, its identity is not among the identities of a GenericPrincipal.
        if (countHostUser && user?.Identity is { IsAuthenticated: true } and not CognitoIdentity)
        {
            return true;
        }

        // A middleware of Katana always sets a ClaimsPrincipal. Its identities are those of all middlewares and of the host.
        foreach (var identity in (user as ClaimsPrincipal)?.Identities ?? [])
        {
            if (identity is { IsAuthenticated: true } and not CognitoIdentity && (countHostUser || !IsOfHost(identity)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfHost(ClaimsIdentity identity) =>
        identity is WindowsIdentity or GenericIdentity || identity.GetType().FullName == FormsIdentity;
}
