using System;
using System.Collections.Generic;
using System.Security.Claims;
using CognitoOwin.Provider;

namespace CognitoOwin;

/// <summary>The identity of one request, with the application's own user beside the claims.</summary>
[Serializable]
internal sealed class CognitoIdentity : ClaimsIdentity
{
    // Not serialized: what an application's user holds is not known, and what reads it sits in the same process.
    [NonSerialized]
    private object? _user;

    private CognitoIdentity(IEnumerable<Claim> claims, string authenticationType, string nameType, string roleType)
        : base(claims, authenticationType, nameType, roleType)
    {
    }

    private CognitoIdentity(CognitoIdentity other)
        : base(other) => _user = other._user;

    /// <summary>The application's own user, set by the provisioning handler.</summary>
    public object? User => _user;

    /// <summary>An identity with the token's claims, which its request may change as it likes: claims are copied into it.</summary>
    public static CognitoIdentity Of(CognitoToken token, CognitoJwtAuthenticationOptions options)
    {
        var ownNameType = token.TokenUse == CognitoTokenUse.Id ? CognitoClaimTypes.Username : CognitoClaimTypes.AccessTokenUsername;
        return new CognitoIdentity(
            token.Claims, options.AuthenticationType, options.NameClaimType ?? ownNameType, options.RoleClaimType)
        {
            BootstrapContext = options.SaveToken ? token.RawToken : null,
        };
    }

    public void Take(ProvisioningOutcome outcome)
    {
        foreach (var claim in outcome.Claims)
        {
            AddClaim(claim);
        }

        _user = outcome.User;
    }

    public override ClaimsIdentity Clone() => new CognitoIdentity(this);
}
