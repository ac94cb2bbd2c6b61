using System;
using System.Linq;
using System.Security.Claims;
using System.Security.Principal;

namespace Microsoft.Owin.Security.Infrastructure;

public struct SecurityHelper
{
    private readonly IOwinContext _context;

    public SecurityHelper(IOwinContext context) => _context = context ?? throw new ArgumentNullException(nameof(context));

    public static bool operator ==(SecurityHelper left, SecurityHelper right) => left.Equals(right);

    public static bool operator !=(SecurityHelper left, SecurityHelper right) => !left.Equals(right);

    // The new identity comes first; of the earlier ones only those that say who someone is stay.
    public void AddUserIdentity(IIdentity identity)
    {
        if (identity is null)
        {
            throw new ArgumentNullException(nameof(identity));
        }

        var merged = new ClaimsPrincipal(identity);
        var earlier = _context.Request.User switch
        {
            null => Enumerable.Empty<IIdentity>(),
            ClaimsPrincipal principal => principal.Identities,
            { } principal => new[] { principal.Identity },
        };
        merged.AddIdentities(earlier
            .Where(known => known is { IsAuthenticated: true })
            .Select(known => known as ClaimsIdentity ?? new ClaimsIdentity(known)));
        _context.Request.User = merged;
    }

    // A challenge without types, or a bare 401, is for the active middlewares.
    public AuthenticationResponseChallenge LookupChallenge(string authenticationType, AuthenticationMode authenticationMode)
    {
        RequireType(authenticationType);
        var challenge = _context.Authentication.AuthenticationResponseChallenge;
        if (challenge?.AuthenticationTypes is not { Length: > 0 } types)
        {
            return authenticationMode == AuthenticationMode.Active ? challenge ?? new AuthenticationResponseChallenge(null, null) : null;
        }

        return types.Contains(authenticationType, StringComparer.Ordinal) ? challenge : null;
    }

    public AuthenticationResponseGrant LookupSignIn(string authenticationType)
    {
        RequireType(authenticationType);
        var grant = _context.Authentication.AuthenticationResponseGrant;
        var identity = grant?.Principal.Identities.FirstOrDefault(
            candidate => string.Equals(candidate.AuthenticationType, authenticationType, StringComparison.Ordinal));
        return identity is null ? null : new AuthenticationResponseGrant(identity, grant.Properties ?? new AuthenticationProperties());
    }

    public AuthenticationResponseRevoke LookupSignOut(string authenticationType, AuthenticationMode authenticationMode)
    {
        RequireType(authenticationType);
        var revoke = _context.Authentication.AuthenticationResponseRevoke;
        if (revoke is null)
        {
            return null;
        }

        return revoke.AuthenticationTypes is { Length: > 0 } types
            ? types.Contains(authenticationType, StringComparer.Ordinal) ? revoke : null
            : authenticationMode == AuthenticationMode.Active ? revoke : null;
    }

    public bool Equals(SecurityHelper other) => Equals(_context, other._context);

    public override bool Equals(object obj) => obj is SecurityHelper other && Equals(other);

    public override int GetHashCode() => _context?.GetHashCode() ?? 0;

    private static void RequireType(string authenticationType)
    {
        if (authenticationType is null)
        {
            throw new ArgumentNullException(nameof(authenticationType));
        }
    }
}
