using System;
using System.Collections.Generic;
using System.Runtime.Serialization;
using System.Security.Claims;

namespace CognitoOwin.Claims;

/// <summary>Holds the identity of one request: the claims of its token, and the application's own user.</summary>
/// <remarks>
/// A call to another AppDomain copies the thread's principal, and Mono serializes the principal whenever it is set, several times
/// per request. This class writes only the texts of the claims. The base class takes seven times as long. A deserialized copy has
/// the claims and the name of the user. It has no token, no user of the application and no actor, and its claims have no
/// <see cref="Claim.Properties"/>.
/// </remarks>
[Serializable]
internal sealed class CognitoIdentity : ClaimsIdentity, ISerializable
{
    private const string SerializedName = "identity";
    private const int TextsPerIdentity = 4;
    private const int TextsPerClaim = 5;

    // Not serialized: the application's user may hold anything, and only code of the same AppDomain reads it.
    [NonSerialized]
    private object? _user;

    [NonSerialized]
    private readonly CognitoToken? _token;

    [NonSerialized]
    private readonly IdentitySettings? _settings;

    private CognitoIdentity(CognitoToken token, IdentitySettings settings, string nameClaimType)
        : base(settings.AuthenticationType, nameClaimType, settings.RoleClaimType)
    {
        _token = token;
        _settings = settings;

        // This claim comes first, so that a caller who asks for one claim gets it even if a trigger of the pool wrote a claim of this name.
        TokenClaims.Add(this, ClaimTypes.NameIdentifier, token.Subject, ClaimValueTypes.String, token.Issuer);
        token.Claims.AddTo(this, token.Issuer);
    }

    private CognitoIdentity(CognitoIdentity other)
        : base(other)
    {
        _token = other._token;
        _settings = other._settings;
        _user = other._user;
    }

    private CognitoIdentity(SerializationInfo info, StreamingContext context)
        : this((string?[])info.GetValue(SerializedName, typeof(string[])))
    {
    }

    private CognitoIdentity(string?[] texts)
        : base(ReadClaims(texts), texts[0], texts[1], texts[2]) => Label = texts[3];

    /// <summary>Gets the name: the configured claim, or the user name if the token lacks it, as access tokens lack an e-mail address.</summary>
    public override string? Name =>
        (FindFirst(NameClaimType) ?? FindFirst(CognitoClaimTypes.Username) ?? FindFirst(CognitoClaimTypes.AccessTokenUsername))?.Value;

    /// <summary>Gets the token; null in a deserialized copy.</summary>
    public CognitoToken? Token => _token;

    /// <summary>Gets the settings of the middleware that created the identity; null in a deserialized copy.</summary>
    public IdentitySettings? Settings => _settings;

    /// <summary>Gets the application's own user, which the provisioning handler set.</summary>
    public object? User => _user;

    /// <summary>Creates an identity with copies of the token's claims, so that a request can change its copies.</summary>
    /// <param name="token">The token.</param>
    /// <param name="settings">The settings.</param>
    /// <returns>The identity.</returns>
    public static CognitoIdentity FromToken(CognitoToken token, IdentitySettings settings)
    {
        var nameClaimType = token.TokenUse == CognitoTokenUse.Id ? settings.IdTokenNameClaimType : settings.AccessTokenNameClaimType;
        return new CognitoIdentity(token, settings, nameClaimType)
        {
            BootstrapContext = settings.SaveToken ? token.RawToken : null,
        };
    }

    /// <summary>Adds the claims and the user object that the provisioning handler set.</summary>
    /// <param name="claims">The claims to add.</param>
    /// <param name="user">The application's own user; may be null.</param>
    public void ApplyOutcome(IReadOnlyList<Claim> claims, object? user)
    {
        foreach (var claim in claims)
        {
            AddClaim(claim);
        }

        _user = user;
    }

    public override ClaimsIdentity Clone() => new CognitoIdentity(this);

    // The base class ignores the case of claim types and takes the first match. A trigger of the pool could then add a claim
    // "Email" or "Cognito:Groups" that replaces the real one. The name, the roles and the principal's methods all use these
    // overrides.
    public override IEnumerable<Claim> FindAll(string type) => FindAll(CreateTypePredicate(type));

    public override Claim? FindFirst(string type)
    {
        if (type == null)
        {
            throw new ArgumentNullException(nameof(type));
        }

        // Every request calls this. A loop avoids the 150 bytes that a predicate and its captured variables take.
        foreach (var claim in Claims)
        {
            if (claim.Type == type)
            {
                return claim;
            }
        }

        return null;
    }

    public override bool HasClaim(string type, string value)
    {
        if (type == null)
        {
            throw new ArgumentNullException(nameof(type));
        }

        if (value == null)
        {
            throw new ArgumentNullException(nameof(value));
        }

        return HasClaim(claim => claim.Type == type && claim.Value == value);
    }

    void ISerializable.GetObjectData(SerializationInfo info, StreamingContext context)
    {
        var texts = new List<string?>(64) { AuthenticationType, NameClaimType, RoleClaimType, Label };
        string? previousIssuer = null;
        foreach (var claim in Claims)
        {
            // null means: the type is String, the issuer is that of the previous claim, the original issuer is the issuer.
            texts.Add(claim.Type);
            texts.Add(claim.Value);
            texts.Add(claim.ValueType == ClaimValueTypes.String ? null : claim.ValueType);
            texts.Add(claim.Issuer == previousIssuer ? null : claim.Issuer);
            texts.Add(claim.OriginalIssuer == claim.Issuer ? null : claim.OriginalIssuer);
            previousIssuer = claim.Issuer;
        }

        info.AddValue(SerializedName, texts.ToArray());
    }

    private static Predicate<Claim> CreateTypePredicate(string type) =>
        type == null ? throw new ArgumentNullException(nameof(type)) : claim => claim.Type == type;

    private static IEnumerable<Claim> ReadClaims(string?[] texts)
    {
        string? issuer = null;
        for (var i = TextsPerIdentity; i < texts.Length; i += TextsPerClaim)
        {
            issuer = texts[i + 3] ?? issuer;
            yield return new Claim(texts[i], texts[i + 1], texts[i + 2] ?? ClaimValueTypes.String, issuer, texts[i + 4] ?? issuer);
        }
    }
}
