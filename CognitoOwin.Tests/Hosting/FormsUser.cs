#if NET
using System.Security.Claims;
#endif
using System.Security.Principal;
using System.Web.Security;

namespace CognitoOwin.Tests.Hosting;

/// <summary>Creates the user that forms authentication sets.</summary>
internal static class FormsUser
{
#if NET
    public static IPrincipal Create(string name) => new GenericPrincipal(new FormsIdentity([new Claim(ClaimTypes.Name, name)]), []);
#else
    public static IPrincipal Create(string name) =>
        new GenericPrincipal(new FormsIdentity(new FormsAuthenticationTicket(name, false, 10)), []);
#endif
}
