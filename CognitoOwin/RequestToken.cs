using CognitoOwin.Validation;

namespace CognitoOwin;

/// <summary>Holds the text that a request has as its token, and the place where it was found.</summary>
internal readonly struct RequestToken
{
    private RequestToken(TokenText? text, TokenPlace place, TokenRejection fault)
    {
        Text = text;
        Place = place;
        Fault = fault;
    }

    /// <summary>Gets the text, which may not be a token; null if there is none.</summary>
    public TokenText? Text { get; }

    /// <summary>Gets where the token was found.</summary>
    public TokenPlace Place { get; }

    /// <summary>
    /// Gets the rule that the place breaks, such as a token without its scheme; <see cref="TokenRejection.None"/> if the token is to
    /// be validated.
    /// </summary>
    public TokenRejection Fault { get; }

    /// <summary>
    /// Gets the same as <see cref="Fault"/>, and also checks each character of a header. It reads the whole text, so callers ask only
    /// if no token was accepted.
    /// </summary>
    public TokenRejection CompleteFault =>
        Fault == TokenRejection.None && Place == TokenPlace.Authorization && Text is not { IsB64Token: true }
            ? TokenRejection.MalformedRequest
            : Fault;

    /// <summary>Creates a token.</summary>
    /// <param name="place">The place where it was found.</param>
    /// <param name="text">The text.</param>
    /// <param name="fault">The rule that the place breaks.</param>
    /// <returns>The token.</returns>
    public static RequestToken FromPlace(TokenPlace place, TokenText text, TokenRejection fault = TokenRejection.None) =>
        new(text, place, fault);

    /// <summary>Creates the token of an <c>Authorization</c> header that does not hold exactly one token.</summary>
    /// <returns>The token.</returns>
    public static RequestToken FromMalformedHeader() => new(null, TokenPlace.Authorization, TokenRejection.MalformedRequest);

    /// <summary>Creates a token that the application has set.</summary>
    /// <param name="token">The token; null for none.</param>
    /// <returns>The token.</returns>
    public static RequestToken FromApplication(string? token) =>
        new(token == null ? null : new TokenText(token), TokenPlace.Application, TokenRejection.None);

    /// <summary>Creates the same token with its text copied out of the header.</summary>
    /// <param name="token">The copy of the text.</param>
    /// <returns>The token.</returns>
    public RequestToken WithCopy(string token) => new(new TokenText(token), Place, Fault);
}
