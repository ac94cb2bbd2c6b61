using System.Text;
using CognitoOwin.Provisioning;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>Writes the value of <c>WWW-Authenticate</c> (RFC 6750 §3, RFC 7235 §4.1).</summary>
internal static class BearerChallenge
{
    private const int MaximumDescriptionLength = 300;

    /// <summary>Creates the challenge of an answer.</summary>
    /// <param name="refusal">Why the request has no user; null if no token came, or the token was accepted.</param>
    /// <param name="options">The options.</param>
    /// <returns>The challenge; null if the token is not at fault, so that the client needs no other.</returns>
    public static string? Create(Refusal? refusal, CognitoJwtAuthenticationOptions options)
    {
        if (refusal is { IsTemporary: true })
        {
            return null;
        }

        var challenge = new StringBuilder(options.AuthenticationSchemes[0]).Append(" realm=\"").Append(options.Realm).Append('"');
        if (refusal != null)
        {
            challenge.Append(", error=\"").Append(refusal.ErrorCode)
                .Append("\", error_description=\"").Append(MakePrintable(refusal.Description)).Append('"');
        }

        // RFC 6750 §3.1: name the scopes that are enough. A missing group is not a matter of scopes.
        if (refusal?.Rejection == TokenRejection.ScopeMissing)
        {
            challenge.Append(", scope=\"").Append(string.Join(" ", refusal.SufficientScopes)).Append('"');
        }
        else if (refusal?.Rejection == TokenRejection.UserInfoScopeMissing)
        {
            challenge.Append(", scope=\"").Append(UserInfoClient.GetRequiredScope(options.UserInfo)).Append('"');
        }

        return challenge.ToString();
    }

    /// <summary>Creates the challenge for a user who lacks a right.</summary>
    /// <param name="options">The options.</param>
    /// <param name="description">What the user lacks, in one sentence.</param>
    /// <param name="scopes">The scopes of which one is enough; none if the user lacks another right.</param>
    /// <returns>The challenge.</returns>
    public static string CreateInsufficientScope(CognitoJwtAuthenticationOptions options, string description, string[] scopes)
    {
        var challenge = $"{options.AuthenticationSchemes[0]} realm=\"{options.Realm}\", error=\"insufficient_scope\", "
            + $"error_description=\"{MakePrintable(description)}\"";
        return scopes.Length == 0 ? challenge : $"{challenge}, scope=\"{MakePrintable(string.Join(" ", scopes))}\"";
    }

    private static string MakePrintable(string text) => RejectionText.MakePrintable(text, MaximumDescriptionLength);
}
