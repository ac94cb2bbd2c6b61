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

    /// <summary>The claims of a payload, and its members as text; null where a text in it cannot be read.</summary>
    public static List<Claim>? Read(Dictionary<string, JsonElement> payload, string issuer, out CognitoAttributes attributes)
    {
        var claims = new List<Claim>(payload.Count + 8);
        var texts = new Dictionary<string, string>(payload.Count, StringComparer.Ordinal);
        attributes = new CognitoAttributes(texts);
        foreach (var member in payload)
        {
            var first = claims.Count;
            if (!Add(claims, member.Key, member.Value, issuer))
            {
                return null;
            }

            // One member, one claim and one text, but for lists.
            texts.Add(member.Key, member.Value.ValueKind == JsonValueKind.Array ? member.Value.GetRawText() : claims[first].Value);
        }

        return claims;
    }

    private static bool Add(List<Claim> claims, string type, JsonElement value, string issuer)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return AddOne(claims, type, value, issuer);
        }

        foreach (var item in value.EnumerateArray())
        {
            if (!AddOne(claims, type, item, issuer))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AddOne(List<Claim> claims, string type, JsonElement value, string issuer)
    {
        var (text, valueType) = value.ValueKind switch
        {
            JsonValueKind.String => (StrictJson.TextOf(value), ClaimValueTypes.String),
            JsonValueKind.True => ("true", ClaimValueTypes.Boolean),
            JsonValueKind.False => ("false", ClaimValueTypes.Boolean),
            JsonValueKind.Number => (value.GetRawText(), value.TryGetInt64(out _) ? ClaimValueTypes.Integer64 : ClaimValueTypes.Double),
            _ => (value.GetRawText(), Json),
        };
        if (text == null)
        {
            return false;
        }

        claims.Add(new Claim(type, text, valueType, issuer));
        return true;
    }
}
