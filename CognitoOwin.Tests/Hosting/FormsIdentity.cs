#if NET
using System.Security.Claims;

namespace System.Web.Security;

/// <summary>Replaces the class of System.Web, which .NET does not have. Only its name matters.</summary>
internal sealed class FormsIdentity(Claim[] claims) : ClaimsIdentity(claims, "Forms")
{
    public override ClaimsIdentity Clone() => new FormsIdentity([.. Claims]);
}
#endif
