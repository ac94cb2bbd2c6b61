using System.Collections.Generic;
using System.Security.Claims;
using System.Text.Json;
using CognitoOwin.Json;

namespace CognitoOwin.Claims;

/// <summary>Converts the members of a payload to claims, with the types and texts that Cognito sent.</summary>
/// <param name="payload">The members.</param>
/// <param name="roleClaim">Reads a claim that holds several roles in one text. Each role becomes a claim instead of the text.</param>
internal sealed class TokenClaims(JsonMembers payload, RoleClaim roleClaim)
{
    // System.IdentityModel.Tokens.Jwt uses this value type for JSON that has no XML Schema type.
    private const string Json = System.IdentityModel.Tokens.Jwt.JsonClaimValueTypes.Json;

    // Reading the roles takes longer than anything else here, and requests must not repeat it.
    private readonly IReadOnlyList<string> _roles = roleClaim.IsText(roleClaim.Type) && payload.TryGetValue(roleClaim.Type, out var value)
        ? roleClaim.Read(value)
        : [];

    /// <summary>
    /// Adds the claims of one request to its identity: one for each member, and for a list one for each item. The claims are new objects,
    /// because code of the request can change them.
    /// </summary>
    /// <param name="identity">The identity.</param>
    /// <param name="issuer">The issuer of the claims.</param>
    public void AddTo(ClaimsIdentity identity, string issuer)
    {
        foreach (var member in payload)
        {
            if (roleClaim.IsText(member.Key))
            {
                // The text itself must not become a claim of this type, because it would be a role.
                foreach (var role in _roles)
                {
                    Add(identity, member.Key, role, ClaimValueTypes.String, issuer);
                }
            }
            else if (member.Value.Items is { } items)
            {
                foreach (var item in items)
                {
                    if (item.Type != JsonTokenType.Null)
                    {
                        Add(identity, member.Key, item.Text, GetValueType(item), issuer);
                    }
                }
            }
            else
            {
                Add(identity, member.Key, member.Value.Text, GetValueType(member.Value), issuer);
            }
        }
    }

    /// <summary>Adds one claim. The base class copies a claim that belongs to no identity, so this claim belongs to it from the start.</summary>
    public static void Add(ClaimsIdentity identity, string type, string value, string valueType, string issuer) =>
        identity.AddClaim(new Claim(type, value, valueType, issuer, issuer, identity));

    private static string GetValueType(JsonValue value) => value.Type switch
    {
        JsonTokenType.String => ClaimValueTypes.String,
        JsonTokenType.True or JsonTokenType.False => ClaimValueTypes.Boolean,
        JsonTokenType.Number => value.IsInt64 ? ClaimValueTypes.Integer64 : ClaimValueTypes.Double,
        _ => Json,
    };
}
