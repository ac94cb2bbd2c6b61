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

    [NonSerialized]
    private readonly CognitoToken? _token;

    [NonSerialized]
    private readonly CognitoJwtAuthenticationOptions? _options;

    private CognitoIdentity(CognitoToken token, CognitoJwtAuthenticationOptions options, string nameType)
        : base(token.Claims, options.AuthenticationType, nameType, options.RoleClaimType)
    {
        _token = token;
        _options = options;
    }

    private CognitoIdentity(CognitoIdentity other)
        : base(other)
    {
        _token = other._token;
        _options = other._options;
        _user = other._user;
    }

    /// <summary>The token behind it; null in a copy that was serialized.</summary>
    public CognitoToken? Token => _token;

    /// <summary>The options by which it was made; null in a copy that was serialized.</summary>
    public CognitoJwtAuthenticationOptions? Options => _options;

    /// <summary>The application's own user, set by the provisioning handler.</summary>
    public object? User => _user;

    /// <summary>An identity with the token's claims, which its request may change as it likes: claims are copied into it.</summary>
    public static CognitoIdentity Of(CognitoToken token, CognitoJwtAuthenticationOptions options)
    {
        var ownNameType = token.TokenUse == CognitoTokenUse.Id ? CognitoClaimTypes.Username : CognitoClaimTypes.AccessTokenUsername;
        return new CognitoIdentity(token, options, options.NameClaimType ?? ownNameType)
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
