using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text.RegularExpressions;
using CognitoOwin.Json;

namespace CognitoOwin.Claims;

/// <summary>Reads the roles of a claim that holds several of them in one text.</summary>
/// <param name="type">The claim type of the roles.</param>
/// <param name="format">How the claim holds the roles.</param>
internal sealed class RoleClaim(string type, CognitoRoleClaimFormat format)
{
    // https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
    private static readonly HashSet<string> StandardAttributes = new(StringComparer.Ordinal)
    {
        "address", "birthdate", "email", "family_name", "gender", "given_name", "locale", "middle_name", "name", "nickname", "phone_number",
        "picture", "preferred_username", "profile", "updated_at", "website", "zoneinfo",
    };

    private static readonly Regex InvalidEscape = new("%(?![0-9A-Fa-f]{2})", RegexOptions.CultureInvariant);

    // These characters belong to one of the formats. A role with one of them comes from a text in another format.
    private static readonly char[] Delimiters = ['[', ']', '"', ','];

    /// <summary>Gets the claim type of the roles.</summary>
    public string Type { get; } = type;

    /// <summary>Gets whether the claim is an attribute, which users may be able to write themselves.</summary>
    public bool IsAttribute { get; } = type.StartsWith("custom:", StringComparison.Ordinal) || StandardAttributes.Contains(type);

    /// <summary>Checks whether a claim must be read by <see cref="Read"/>.</summary>
    /// <param name="claimType">The type of the claim.</param>
    /// <returns><see langword="true"/> if the claim holds roles in one text; otherwise, <see langword="false"/>.</returns>
    public bool IsText(string claimType) => format != CognitoRoleClaimFormat.Items && claimType == Type;

    /// <summary>Reads the roles of the claim.</summary>
    /// <param name="value">The claim.</param>
    /// <returns>The roles; empty if any part of the claim is not in the format.</returns>
    public IReadOnlyList<string> Read(JsonValue value)
    {
        var roles = value.String is { } text ? Split(text) : [];
        return roles.Any(string.IsNullOrWhiteSpace) ? [] : [.. roles.OfType<string>()];
    }

    private IReadOnlyList<string?> Split(string text) => format switch
    {
        CognitoRoleClaimFormat.BracketedList => SplitBrackets(text.Trim()),
        CognitoRoleClaimFormat.CommaSeparatedList => [.. text.Split(',').Select(TrimRole)],
        _ => [.. StrictJson.ParseList(text)?.Select(item => item.String) ?? []],
    };

    private static IReadOnlyList<string?> SplitBrackets(string text) =>
        text.Length >= 2 && text[0] == '[' && text[text.Length - 1] == ']'
            ? [.. text.Substring(1, text.Length - 2).Split(',').Select(TrimRole).Select(DecodeForm)]
            : [TrimRole(text)];

    private static string? TrimRole(string role) => role.IndexOfAny(Delimiters) < 0 ? role.Trim() : null;

    // UrlDecode replaces invalid UTF-8 instead of failing.
    private static string? DecodeForm(string? role) =>
        role == null || InvalidEscape.IsMatch(role) || WebUtility.UrlDecode(role) is var decoded && decoded.Contains("\uFFFD") ? null : decoded;
}
