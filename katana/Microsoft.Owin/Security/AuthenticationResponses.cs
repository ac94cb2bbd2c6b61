using System;
using System.Linq;
using System.Security.Claims;

namespace Microsoft.Owin.Security;

public class AuthenticationResponseChallenge
{
    public AuthenticationResponseChallenge(string[] authenticationTypes, AuthenticationProperties properties)
    {
        AuthenticationTypes = authenticationTypes;
        Properties = properties ?? new AuthenticationProperties();
    }

    public string[] AuthenticationTypes { get; }

    public AuthenticationProperties Properties { get; }
}

public class AuthenticationResponseGrant
{
    public AuthenticationResponseGrant(ClaimsIdentity identity, AuthenticationProperties properties)
        : this(new ClaimsPrincipal(identity), properties) => Identity = identity;

    public AuthenticationResponseGrant(ClaimsPrincipal principal, AuthenticationProperties properties)
    {
        Principal = principal ?? throw new ArgumentNullException(nameof(principal));
        Identity = principal.Identities.FirstOrDefault();
        Properties = properties;
    }

    public ClaimsIdentity Identity { get; }

    public ClaimsPrincipal Principal { get; }

    public AuthenticationProperties Properties { get; }
}

public class AuthenticationResponseRevoke
{
    public AuthenticationResponseRevoke(string[] authenticationTypes)
        : this(authenticationTypes, new AuthenticationProperties())
    {
    }

    public AuthenticationResponseRevoke(string[] authenticationTypes, AuthenticationProperties properties)
    {
        AuthenticationTypes = authenticationTypes;
        Properties = properties;
    }

    public string[] AuthenticationTypes { get; }

    public AuthenticationProperties Properties { get; }
}
