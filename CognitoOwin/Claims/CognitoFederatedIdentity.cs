using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using CognitoOwin.Json;

namespace CognitoOwin;

/// <summary>
/// An account at another identity provider, such as Google or a company's SAML server, by which a user signs in
/// (an item of the <c>identities</c> claim).
/// </summary>
public sealed class CognitoFederatedIdentity
{
    private CognitoFederatedIdentity(string providerName, string userId)
    {
        ProviderName = providerName;
        UserId = userId;
    }

    /// <summary>What the user pool calls the provider, such as <c>Google</c> or <c>OurCompany</c>.</summary>
    public string ProviderName { get; }

    /// <summary>The user's id at the provider.</summary>
    public string UserId { get; }

    /// <summary>The kind of provider, such as <c>Google</c>, <c>Facebook</c>, <c>SAML</c> or <c>OIDC</c>; null where it is not told.</summary>
    public string? ProviderType { get; private init; }

    /// <summary>Whether the user began as one of this provider, and was not linked to it later.</summary>
    public bool Primary { get; private init; }

    /// <summary>When the pool came to know of it; null where it is not told.</summary>
    public DateTimeOffset? DateCreated { get; private init; }

    /// <summary>Reads the list. What is no such item in it is left out: a profile has no part in judging the token.</summary>
    internal static IReadOnlyList<CognitoFederatedIdentity> ReadList(string? json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return [];
        }

        var utf8 = StrictJson.Utf8.GetBytes(json!);
        var items = StrictJson.ParseList(utf8)?.Select(static item => item.Members) ?? [StrictJson.ParseObject(utf8)];
        return [.. items.Select(Read).OfType<CognitoFederatedIdentity>()];
    }

    private static CognitoFederatedIdentity? Read(Dictionary<string, JsonValue>? item) =>
        item != null && item.StringOf("providerName") is { } providerName && TextOf(item, "userId") is { } userId
            ? new CognitoFederatedIdentity(providerName, userId)
            {
                ProviderType = item.StringOf("providerType"),
                Primary = string.Equals(TextOf(item, "primary"), "true", StringComparison.OrdinalIgnoreCase),
                DateCreated = ReadDate(TextOf(item, "dateCreated")),
            }
            : null;

    // "true" in an ID token, true in an answer of GetUser; the same with the numbers.
    private static string? TextOf(Dictionary<string, JsonValue> item, string name) =>
        item.TryGetValue(name, out var member)
            && member.Type is JsonTokenType.String or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Number
            ? member.Text
            : null;

    // Milliseconds since 1970, up to the year 9999.
    private static DateTimeOffset? ReadDate(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= 253_402_300_799_999
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
}
