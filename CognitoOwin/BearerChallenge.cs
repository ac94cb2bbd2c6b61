using System.Linq;
using System.Text;
using CognitoOwin.UserInfo;

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
                .Append("\", error_description=\"").Append(Quotable(refusal.Description)).Append('"');
        }

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
            + $"error_description=\"{Quotable(description)}\"";
        return scopes.Length == 0 ? challenge : $"{challenge}, scope=\"{Quotable(string.Join(" ", scopes))}\"";
    }

    // RFC 6750 §3 allows printable ASCII but the quotation mark and the backslash. An application's own reason and, with
    // IncludeErrorDetails, the token's text come through here: nothing may end the header or the quotation.
    private static string Quotable(string text) =>
        new([.. text.Take(MaximumDescriptionLength).Select(c => c is >= ' ' and <= '~' and not ('"' or '\\') ? c : '?')]);
}
