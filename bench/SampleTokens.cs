using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>Tokens with the same claims as Cognito's, each with other ids. Under Mono, signing takes about 50 ms per token.</summary>
internal static class SampleTokens
{
    private static readonly string[] Roles = ["arn:aws:iam::123456789012:role/editors"];

    /// <summary>Creates ID tokens with the claims of an ordinary user, of about 1.4 KiB.</summary>
    public static string[] Create(
        CognitoTestPool pool, int count, Func<CognitoTestToken, CognitoTestToken>? change = null, int firstNumber = 0)
    {
        // The tokens share the pool, so create them one after the other. Sign them on all cores.
        var unsigned = Enumerable.Range(firstNumber, count)
            .Select(number => "user" + number.ToString(CultureInfo.InvariantCulture))
            .Select(name => Ordinary(pool, name))
            .Select(token => change?.Invoke(token) ?? token)
            .ToArray();
        var signed = new string[count];
        Parallel.For(0, count, i => signed[i] = unsigned[i].ToString());
        return signed;
    }

    /// <summary>Removes claims until the token has about 1,000 characters with three groups, as the token of a user with few attributes.</summary>
    public static CognitoTestToken Shorten(CognitoTestToken token)
    {
        foreach (var claim in new[]
        {
            "cognito:roles", "cognito:preferred_role", "given_name", "family_name", "phone_number", "phone_number_verified", "at_hash",
            "custom:tenant", "origin_jti",
        })
        {
            token.WithoutClaim(claim);
        }

        return token.WithGroups("readers", "editors", "admins");
    }

    public static string[] Headers(IEnumerable<string> tokens) => [.. tokens.Select(token => "Bearer " + token)];

    /// <summary>Gets the part of a token that its signature covers.</summary>
    public static byte[] SigningInput(string token) => Encoding.ASCII.GetBytes(token.Substring(0, token.LastIndexOf('.')));

    public static byte[] Signature(string token)
    {
        var text = token.Substring(token.LastIndexOf('.') + 1).Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }

    private static CognitoTestToken Ordinary(CognitoTestPool pool, string name) =>
        pool.IdToken(name)
            .WithLifetime(TimeSpan.FromDays(1))
            .WithGroups("editors", "eu-west-1_AbCdEfGhI_Google")
            .WithClaim("cognito:roles", Roles)
            .WithClaim("cognito:preferred_role", "arn:aws:iam::123456789012:role/editors")
            .WithClaim("given_name", "Alice")
            .WithClaim("family_name", "Example")
            .WithClaim("phone_number", "+15550100")
            .WithClaim("phone_number_verified", false)
            .WithClaim("at_hash", "mGqDdQ2vXo0qJ8Qm5eG4cw")
            .WithCustomAttribute("tenant", "acme");
}
