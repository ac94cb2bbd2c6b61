using System;
using System.Collections.Generic;
using System.Runtime.Serialization;
using System.Security.Claims;
using CognitoOwin.Provider;

namespace CognitoOwin;

/// <summary>The identity of one request, with the application's own user beside the claims.</summary>
/// <remarks>
/// A thread's principal goes along in calls to other AppDomains, and Mono serializes it whenever it is set, several times a
/// request. What the base class writes then takes seven times as long as the texts of the claims. A copy that was serialized has
/// the claims and says who signed in; it has no token, no user, no actor, and no claim's <see cref="Claim.Properties"/>.
/// </remarks>
[Serializable]
internal sealed class CognitoIdentity : ClaimsIdentity, ISerializable
{
    private const string SerializedName = "identity";
    private const int TextsOfIdentity = 4;
    private const int TextsOfClaim = 5;

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

    private CognitoIdentity(SerializationInfo info, StreamingContext context)
        : this((string?[])info.GetValue(SerializedName, typeof(string[])))
    {
    }

    private CognitoIdentity(string?[] texts)
        : base(ReadClaims(texts), texts[0], texts[1], texts[2]) => Label = texts[3];

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

    // The base class compares types of claims without case, and what comes first wins: a claim "Email" or "Cognito:Groups" that a
    // trigger of the pool wrote would stand for the pool's own. Names, roles and the principal's methods all come through these.
    public override IEnumerable<Claim> FindAll(string type) => FindAll(HasType(type));

    public override Claim? FindFirst(string type)
    {
        if (type == null)
        {
            throw new ArgumentNullException(nameof(type));
        }

        // The one that every request asks for: in place, as a predicate with what it needs takes 150 bytes.
        foreach (var claim in Claims)
        {
            if (claim.Type == type)
            {
                return claim;
            }
        }

        return null;
    }

    public override bool HasClaim(string type, string value) =>
        type == null ? throw new ArgumentNullException(nameof(type))
        : value == null ? throw new ArgumentNullException(nameof(value))
        : HasClaim(claim => claim.Type == type && claim.Value == value);

    void ISerializable.GetObjectData(SerializationInfo info, StreamingContext context)
    {
        var texts = new List<string?>(64) { AuthenticationType, NameClaimType, RoleClaimType, Label };
        string? previousIssuer = null;
        foreach (var claim in Claims)
        {
            // What nearly all claims have in common is left out.
            texts.Add(claim.Type);
            texts.Add(claim.Value);
            texts.Add(claim.ValueType == ClaimValueTypes.String ? null : claim.ValueType);
            texts.Add(claim.Issuer == previousIssuer ? null : claim.Issuer);
            texts.Add(claim.OriginalIssuer == claim.Issuer ? null : claim.OriginalIssuer);
            previousIssuer = claim.Issuer;
        }

        info.AddValue(SerializedName, texts.ToArray());
    }

    private static Predicate<Claim> HasType(string type) =>
        type == null ? throw new ArgumentNullException(nameof(type)) : claim => claim.Type == type;

    private static IEnumerable<Claim> ReadClaims(string?[] texts)
    {
        string? issuer = null;
        for (var i = TextsOfIdentity; i < texts.Length; i += TextsOfClaim)
        {
            issuer = texts[i + 3] ?? issuer;
            yield return new Claim(texts[i], texts[i + 1], texts[i + 2] ?? ClaimValueTypes.String, issuer, texts[i + 4] ?? issuer);
        }
    }
}
