using System;
using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>Describes an answer before it asks for a token, or says what is wrong with the one that came.</summary>
public sealed class CognitoApplyChallengeContext : BaseContext<CognitoJwtAuthenticationOptions>
{
    internal CognitoApplyChallengeContext(
        IOwinContext context, CognitoJwtAuthenticationOptions options, TokenRejection rejection, int statusCode, string? challenge)
        : base(context, options)
    {
        Rejection = rejection;
        StatusCode = statusCode;
        Challenge = challenge;
    }

    /// <summary>
    /// Gets the rule that the token broke; <see cref="TokenRejection.None"/> if no token came or it was accepted.
    /// </summary>
    public TokenRejection Rejection { get; }

    /// <summary>Gets or sets the status of the answer: 401, 403 or 503.</summary>
    public int StatusCode { get; set; }

    /// <summary>Gets or sets the value of <c>WWW-Authenticate</c>; null for no such header.</summary>
    public string? Challenge { get; set; }

    /// <summary>Gets or sets the value of <c>Retry-After</c>; null for no such header.</summary>
    public TimeSpan? RetryAfter { get; set; }
}
