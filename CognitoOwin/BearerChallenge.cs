using System.Text;
using CognitoOwin.UserInfo;
using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>Writes the value of <c>WWW-Authenticate</c> (RFC 6750 §3, RFC 7235 §4.1).</summary>
internal static class BearerChallenge
{
    private const int MaximumDescriptionLength = 300;

    public static string? For(Refusal? refusal, CognitoJwtAuthenticationOptions options)
    {
        // Nothing was wrong with the token: there is nothing to ask the client for.
        if (refusal?.StatusCode == 503)
        {
            return null;
        }

        var challenge = new StringBuilder(options.AuthenticationSchemes[0]).Append(" realm=\"").Append(options.Realm).Append('"');
        if (refusal != null)
        {
            challenge.Append(", error=\"").Append(refusal.ErrorCode)
                .Append("\", error_description=\"").Append(RejectionText.Printable(refusal.Description, MaximumDescriptionLength)).Append('"');
        }

        // RFC 6750 §3.1: the scope that would have been enough. No scope makes up for a missing group.
        if (refusal?.Rejection == TokenRejection.ScopeMissing)
        {
            challenge.Append(", scope=\"").Append(string.Join(" ", options.RequiredScopes)).Append('"');
        }
        else if (refusal?.Rejection == TokenRejection.UserInfoScopeMissing)
        {
            challenge.Append(", scope=\"").Append(UserInfoClient.ScopeFor(options.UserInfo)).Append('"');
        }

        return challenge.ToString();
    }

    public static string InsufficientScope(CognitoJwtAuthenticationOptions options, string description, string[] scopes)
    {
        var challenge = $"{options.AuthenticationSchemes[0]} realm=\"{options.Realm}\", error=\"insufficient_scope\", "
            + $"error_description=\"{RejectionText.Printable(description, MaximumDescriptionLength)}\"";
        return scopes.Length == 0
            ? challenge
            : $"{challenge}, scope=\"{RejectionText.Printable(string.Join(" ", scopes), MaximumDescriptionLength)}\"";
    }
}
