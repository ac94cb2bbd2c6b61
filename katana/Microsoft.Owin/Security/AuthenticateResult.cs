using System;
using System.Security.Claims;
using System.Security.Principal;

namespace Microsoft.Owin.Security;

public class AuthenticateResult
{
    public AuthenticateResult(IIdentity identity, AuthenticationProperties properties, AuthenticationDescription description)
    {
        Identity = identity is null ? null : identity as ClaimsIdentity ?? new ClaimsIdentity(identity);
        Properties = properties ?? throw new ArgumentNullException(nameof(properties));
        Description = description ?? throw new ArgumentNullException(nameof(description));
    }

    public ClaimsIdentity Identity { get; }

    public AuthenticationProperties Properties { get; }

    public AuthenticationDescription Description { get; }
}
