using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>Holds the text that a request has as its token: from the <c>Authorization</c> header, or from the application.</summary>
internal readonly struct RequestToken
{
    private RequestToken(TokenText? text, bool isFromHeader)
    {
        Text = text;
        IsFromHeader = isFromHeader;
    }

    /// <summary>Gets the text, which may not be a token; null if there is none.</summary>
    public TokenText? Text { get; }

    /// <summary>Gets whether a header of one of the accepted schemes came, and the application has set no other token.</summary>
    public bool IsFromHeader { get; }

    /// <summary>
    /// Gets whether the header does not hold exactly one token. It reads the whole text, so callers ask only if no token was
    /// accepted.
    /// </summary>
    public bool IsMalformedHeader => IsFromHeader && Text is not { IsB64Token: true };

    /// <summary>Creates the token of a header.</summary>
    /// <param name="text">The text after the scheme; null if there is no text, or if there are several headers.</param>
    /// <returns>The token.</returns>
    public static RequestToken FromHeader(TokenText? text) => new(text, isFromHeader: true);

    /// <summary>Creates a token that the application has set.</summary>
    /// <param name="token">The token; null for none.</param>
    /// <returns>The token.</returns>
    public static RequestToken FromApplication(string? token) =>
        new(token == null ? null : new TokenText(token), isFromHeader: false);

    /// <summary>Creates the same token with its text copied out of the header.</summary>
    /// <param name="token">The copy of the text.</param>
    /// <returns>The token.</returns>
    public RequestToken WithCopy(string token) => new(new TokenText(token), IsFromHeader);
}
