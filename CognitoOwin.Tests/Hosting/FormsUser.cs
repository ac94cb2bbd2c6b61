using System.Security.Claims;
using System.Web.Security;

namespace CognitoOwin.Tests.Hosting;

/// <summary>Creates the identity that forms authentication sets.</summary>
internal static class FormsUser
{
#if NET
    public static ClaimsIdentity Create(string name) => new FormsIdentity([new Claim(ClaimTypes.Name, name)]);
#else
    public static ClaimsIdentity Create(string name) => new FormsIdentity(new FormsAuthenticationTicket(name, false, 10));
#endif
}
