using System.Collections.Generic;
using System.Linq;

namespace CognitoOwin.Validation;

/// <summary>
/// Gives each rejection the sentence that a client reads. The sentences are fixed: they show nothing of the token, its claims or
/// an exception, and have only characters that RFC 6750 §3 allows in <c>error_description</c>.
/// </summary>
internal static class RejectionText
{
    public static string GetDescription(TokenRejection rejection) => Descriptions[rejection];

    /// <summary>
    /// Cuts a text from outside, and replaces each character that RFC 6750 §3 does not allow in <c>error_description</c>. The
    /// result can end neither the quoted string, nor the header, nor a line of a log.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="maximumLength">The number of characters to keep.</param>
    /// <returns>The start of the text, with a question mark for each character that is not allowed.</returns>
    public static string MakePrintable(string text, int maximumLength) =>
        new([.. text.Take(maximumLength).Select(c => c is >= ' ' and <= '~' and not ('"' or '\\') ? c : '?')]);

    private static readonly Dictionary<TokenRejection, string> Descriptions = new()
    {
        [TokenRejection.None] = "The token is accepted.",
        [TokenRejection.MalformedRequest] = "The Authorization header must hold one token: the scheme, a space, the token.",
        [TokenRejection.SchemeMissing] = "The Authorization header has a token without its scheme: write the scheme, a space, the token.",
        [TokenRejection.SpaceMissing] = "The Authorization header has no space between the scheme and the token.",
        [TokenRejection.SeveralTokens] = "The request has more than one token.",
        [TokenRejection.CrossSiteRequest] = "The session of the load balancer does not count for a request of another site.",
        [TokenRejection.TokenTooLong] = "The token is too long.",
        [TokenRejection.NotAJws] = "The token is not a signed JWT of three segments.",
        [TokenRejection.Encrypted] = "The token is encrypted; a signed JWT is expected.",
        [TokenRejection.MalformedEncoding] = "A segment of the token is not base64url.",
        [TokenRejection.MalformedHeader] = "The header of the token is not a JSON object.",
        [TokenRejection.AlgorithmNotAllowed] = "The token must be signed with RS256.",
        [TokenRejection.CriticalExtension] = "The token asks for an extension that is not supported.",
        [TokenRejection.KeyIdMissing] = "The header of the token has no key id, or one that is too long.",
        [TokenRejection.MalformedPayload] = "The payload of the token is not a JSON object.",
        [TokenRejection.TooManyMembers] = "An object of the token has more than 512 members.",
        [TokenRejection.TooDeep] = "The token is nested more than 16 levels deep.",
        [TokenRejection.UnknownIssuer] = "The token is from another issuer.",
        [TokenRejection.ExpirationMissing] = "The token has no expiration time.",
        [TokenRejection.MalformedDate] = "A date of the token is not a number of seconds.",
        [TokenRejection.Expired] = "The token has expired.",
        [TokenRejection.NotYetValid] = "The token is not valid yet.",
        [TokenRejection.IssuedInTheFuture] = "The token was issued in the future.",
        [TokenRejection.UnknownTokenUse] = "The token is neither an ID token nor an access token.",
        [TokenRejection.UserPoolUnavailable] = "The user pool of the token cannot be looked up now; try again later.",
        [TokenRejection.TokenUseNotAccepted] = "This kind of token is not accepted here: an ID token is not an access token.",
        [TokenRejection.AudienceNotAccepted] = "The token was issued to another app client.",
        [TokenRejection.ClientIdNotAccepted] = "The token was issued to another app client.",
        [TokenRejection.ResourceNotAccepted] = "The token was issued for another API.",
        [TokenRejection.MalformedClaim] = "A claim of the token is missing or has the wrong type.",
        [TokenRejection.KeysUnavailable] = "The token cannot be checked now; try again later.",
        [TokenRejection.UnknownKey] = "The token is signed with a key that is not the user pool's.",
        [TokenRejection.InvalidSignature] = "The signature of the token is not valid.",
        [TokenRejection.ScopeMissing] = "The token lacks a required scope.",
        [TokenRejection.GroupMissing] = "The user is in none of the required groups.",
        [TokenRejection.Revoked] = "The token was revoked.",
        [TokenRejection.RevocationsUnavailable] = "Whether the token was revoked cannot be checked now; try again later.",
        [TokenRejection.UserInfoScopeMissing] = "The token lacks the scope that is needed to read the user's profile.",
        [TokenRejection.UserInfoUnavailable] = "The user's profile cannot be read now; try again later.",
        [TokenRejection.UserNotActive] = "The token was revoked, or its user is not active.",
        [TokenRejection.UserInfoMismatch] = "The profile that was read belongs to another user.",
        [TokenRejection.RejectedByApplication] = "The application does not accept this user.",
        [TokenRejection.ProvisioningFailed] = "The application cannot look up the user now; try again later.",
    };
}
