using CognitoOwin.Validation;
using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>
/// Describes a request before its token is validated. The application may take the token from another place than the header.
/// </summary>
public sealed class CognitoRequestTokenContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    private readonly BearerHeader _header;

    internal CognitoRequestTokenContext(IOwinContext context, CognitoJwtAuthenticationOptions options, BearerHeader header)
        : base(context, options)
    {
        _header = header;
        Text = header.Text;
        IsFromHeader = true;
    }

    /// <summary>
    /// Gets or sets the token, without a scheme; null if the <c>Authorization</c> header has none. Set another token to validate
    /// that one, or null to leave the request without a user.
    /// </summary>
    public string? Token
    {
        get
        {
            if (Text is not { } text || (IsFromHeader && _header.IsMalformed))
            {
                return null;
            }

            // Keep the copy, so that the text is copied out of the header only once.
            var token = text.ToString();
            Text = new TokenText(token);
            return token;
        }

        set
        {
            Text = value == null ? null : new TokenText(value);
            IsFromHeader = false;
        }
    }

    /// <summary>Gets the text to validate, which may not be a token.</summary>
    internal TokenText? Text { get; private set; }

    /// <summary>Gets whether the text is the header's, and not one that the application has set.</summary>
    internal bool IsFromHeader { get; private set; }
}
