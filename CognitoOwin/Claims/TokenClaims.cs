using System;
using System.Collections.Generic;
using System.Security.Claims;
using System.Text.Json;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>Turns the members of a payload into claims, with the types and texts that Cognito sent.</summary>
internal static class TokenClaims
{
    // The names that System.IdentityModel.Tokens.Jwt gives to the value types of JSON that has no XML Schema type.
    private const string Json = System.IdentityModel.Tokens.Jwt.JsonClaimValueTypes.Json;

    /// <summary>The claims of a payload, and its members as text.</summary>
    public static List<Claim> Read(Dictionary<string, JsonValue> payload, string issuer, out CognitoAttributes attributes)
    {
        var claims = new List<Claim>(payload.Count + 8);
        var texts = new Dictionary<string, string>(payload.Count, StringComparer.Ordinal);
        attributes = new CognitoAttributes(texts);
        foreach (var member in payload)
        {
            texts.Add(member.Key, member.Value.Text);
            if (member.Value.Items is not { } items)
            {
                claims.Add(ClaimOf(member.Key, member.Value, issuer));
                continue;
            }

            foreach (var item in items)
            {
                claims.Add(ClaimOf(member.Key, item, issuer));
            }
        }

        return claims;
    }

    private static Claim ClaimOf(string type, JsonValue value, string issuer)
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
