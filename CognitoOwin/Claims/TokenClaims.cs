using System.Collections.Generic;
using System.Security.Claims;
using System.Text.Json;
using CognitoOwin.Json;

namespace CognitoOwin.Claims;

/// <summary>Converts the members of a payload to claims, with the types and texts that Cognito sent.</summary>
internal static class TokenClaims
{
    // System.IdentityModel.Tokens.Jwt uses this value type for JSON that has no XML Schema type.
    private const string Json = System.IdentityModel.Tokens.Jwt.JsonClaimValueTypes.Json;

    /// <summary>Removes the members that are null: they count as absent in claims, attributes and rules.</summary>
    /// <param name="payload">The members by name.</param>
    public static void RemoveNulls(JsonMembers payload)
    {
        payload.RemoveAll(static value => value.Type == JsonTokenType.Null);
    }

    public static List<Claim> Read(JsonMembers payload, string issuer)
    {
        var claims = new List<Claim>(payload.Count + 8);
        foreach (var member in payload)
        {
            if (member.Value.Items is not { } items)
            {
                claims.Add(CreateClaim(member.Key, member.Value, issuer));
                continue;
            }

            foreach (var item in items)
            {
                if (item.Type != JsonTokenType.Null)
                {
                    claims.Add(CreateClaim(member.Key, item, issuer));
                }
            }
        }

        return claims;
    }

    private static Claim CreateClaim(string type, JsonValue value, string issuer)
    {
        var valueType = value.Type switch
        {
            JsonTokenType.String => ClaimValueTypes.String,
            JsonTokenType.True or JsonTokenType.False => ClaimValueTypes.Boolean,
            JsonTokenType.Number => value.IsInt64 ? ClaimValueTypes.Integer64 : ClaimValueTypes.Double,
            _ => Json,
        };
        return new Claim(type, value.Text, valueType, issuer);
    }
}
