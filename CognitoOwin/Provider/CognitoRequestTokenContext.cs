using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>
/// Describes a request before its token is validated. The application may take the token from another place than the header.
/// </summary>
public sealed class CognitoRequestTokenContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    internal CognitoRequestTokenContext(IOwinContext context, CognitoJwtAuthenticationOptions options, RequestToken requestToken)
        : base(context, options) => RequestToken = requestToken;

    /// <summary>
    /// Gets or sets the token, without a scheme; null if the <c>Authorization</c> header has none. Set another token to validate
    /// that one, or null to leave the request without a user.
    /// </summary>
    public string? Token
    {
        get
        {
            if (RequestToken.Text is not { } text || RequestToken.IsMalformedHeader)
            {
                return null;
            }

            // Keep the copy, so that the text is copied out of the header only once.
            var token = text.ToString();
            RequestToken = RequestToken.WithCopy(token);
            return token;
        }

        set => RequestToken = RequestToken.FromApplication(value);
    }

    /// <summary>Gets what to validate: the token of the header, or the one that the application has set.</summary>
    internal RequestToken RequestToken { get; private set; }
}
