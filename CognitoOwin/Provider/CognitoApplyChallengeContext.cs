using System;
using Microsoft.Owin;
using Microsoft.Owin.Security.Provider;

namespace CognitoOwin;

/// <summary>An answer that is about to ask for a token, or to say what was wrong with the one that came.</summary>
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

    /// <summary>The rule that did not hold; <see cref="TokenRejection.None"/> where no token came or it was accepted.</summary>
    public TokenRejection Rejection { get; }

    /// <summary>The status of the answer: 401, 403 or 503.</summary>
    public int StatusCode { get; set; }

    /// <summary>The value of <c>WWW-Authenticate</c>; null for none.</summary>
    public string? Challenge { get; set; }

    /// <summary>The value of <c>Retry-After</c>; null for none.</summary>
    public TimeSpan? RetryAfter { get; set; }
}
