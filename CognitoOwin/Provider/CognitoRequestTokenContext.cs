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
    /// Gets or sets the token, without a scheme; null if the request has none in the places that the options allow, or if that place
    /// is malformed. Set another token to validate that one, or null to leave the request without a user.
    /// </summary>
    public string? Token
    {
        get
        {
            if (RequestToken.Text is not { } text || RequestToken.CompleteFault != TokenRejection.None)
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

    /// <summary>
    /// Gets whether a token counts that the browser adds to a request by itself, as it does with a cookie: the method is GET, HEAD or
    /// OPTIONS and the request opens no web socket, or <c>Sec-Fetch-Site</c> or <c>Origin</c> says that a page of this site has sent
    /// the request. Check it before you take a token from a cookie; otherwise another site can act in the name of the user.
    /// </summary>
    public bool AllowsCookie => RequestSite.AllowsCookie(Request);

    /// <summary>Gets what to validate: the token that was found, or the one that the application has set.</summary>
    internal RequestToken RequestToken { get; private set; }
}
