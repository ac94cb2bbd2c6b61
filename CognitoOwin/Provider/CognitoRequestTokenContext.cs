using CognitoOwin.Validation;
using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>A request before its token is judged, for an application that takes tokens from another place than the header.</summary>
public sealed class CognitoRequestTokenContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    internal CognitoRequestTokenContext(IOwinContext context, CognitoJwtAuthenticationOptions options, TokenText? token)
        : base(context, options)
    {
        Text = token;
        IsHeader = token != null;
    }

    /// <summary>
    /// The token, without a scheme; null where the <c>Authorization</c> header has none. Set it to judge another one, or to
    /// null to leave the request without a user.
    /// </summary>
    public string? Token
    {
        get
        {
            if (Text is not { } text || IsMalformedHeader)
            {
                return null;
            }

            // Copied out of the header once.
            var token = text.ToString();
            Text = new TokenText(token);
            return token;
        }

        set
        {
            Text = value == null ? null : new TokenText(value);
            IsHeader = false;
        }
    }

    internal TokenText? Text { get; private set; }

    /// <summary>Whether what is to be judged stands in the header and cannot be a token.</summary>
    internal bool IsMalformedHeader => IsHeader && Text is { IsB64Token: false };

    private bool IsHeader { get; set; }
}
