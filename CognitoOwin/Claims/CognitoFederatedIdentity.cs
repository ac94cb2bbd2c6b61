using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using CognitoOwin.Json;

namespace CognitoOwin;

/// <summary>
/// Describes an account at another identity provider, such as Google or a company's SAML server, with which a user signs in
/// (an item of the <c>identities</c> claim).
/// </summary>
public sealed class CognitoFederatedIdentity
{
    private CognitoFederatedIdentity(string providerName, string userId)
    {
        ProviderName = providerName;
        UserId = userId;
    }

    /// <summary>Gets the user pool's name for the provider, such as <c>Google</c> or <c>OurCompany</c>.</summary>
    public string ProviderName { get; }

    /// <summary>Gets the user's id at the provider.</summary>
    public string UserId { get; }

    /// <summary>
    /// Gets the kind of provider, such as <c>Google</c>, <c>Facebook</c>, <c>SAML</c> or <c>OIDC</c>; null if it is missing.
    /// </summary>
    public string? ProviderType { get; private init; }

    /// <summary>Gets whether the user was created by a sign-in at this provider, and not linked to it later.</summary>
    public bool Primary { get; private init; }

    /// <summary>Gets the time at which the user pool recorded the account; null if it is missing.</summary>
    public DateTimeOffset? DateCreated { get; private init; }

    /// <summary>
    /// Reads the claim. Items that are not accounts are skipped, because the claim takes no part in validating the token.
    /// </summary>
    /// <param name="json">The claim: a list of objects, or one object; may be null.</param>
    /// <returns>The accounts.</returns>
    internal static IReadOnlyList<CognitoFederatedIdentity> ReadList(string? json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return [];
        }

        var items = StrictJson.ParseList(json!)?.Select(static item => item.Members) ?? [StrictJson.ParseObject(StrictJson.Utf8.GetBytes(json!))];
        return [.. items.Select(Read).OfType<CognitoFederatedIdentity>()];
    }

    private static CognitoFederatedIdentity? Read(JsonMembers? item) =>
        item != null && item.GetString("providerName") is { } providerName && GetText(item, "userId") is { } userId
            ? new CognitoFederatedIdentity(providerName, userId)
            {
                ProviderType = item.GetString("providerType"),
                Primary = string.Equals(GetText(item, "primary"), "true", StringComparison.OrdinalIgnoreCase),
                DateCreated = ReadDate(GetText(item, "dateCreated")),
            }
            : null;

    // An ID token has "true" and "1234" as strings, an answer of GetUser has true and 1234.
    private static string? GetText(JsonMembers item, string name) =>
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
