using System;
using System.Threading.Tasks;

namespace CognitoOwin;

/// <summary>
/// The application's part in judging a request. Assign handlers, or derive from it and override the methods: who overrides
/// a method decides whether its handler is called.
/// </summary>
public class CognitoJwtAuthenticationProvider
{
    private static readonly Task Done = Task.FromResult(0);
    private static readonly Func<CognitoProvisionUserContext, Task> NoProvisioning = _ => Done;

    /// <summary>Called for every request, before its token is judged.</summary>
    public Func<CognitoRequestTokenContext, Task> OnRequestToken { get; set; } = _ => Done;

    /// <summary>Called for every request whose token was validated. It may add claims, or reject.</summary>
    public Func<CognitoTokenValidatedContext, Task> OnTokenValidated { get; set; } = _ => Done;

    /// <summary>
    /// Called after that, for the application to find or create its own user: the port of <c>get_or_create_for_cognito</c>.
    /// Raised for ID tokens, which carry the user's profile, and with <see cref="CognitoJwtAuthenticationOptions.UserInfo"/> for the
    /// access tokens of users as well. A handler that throws answers the request with its exception, and one that rejects with
    /// 401; either is called again at the next request. Calls for one user (issuer and subject) never overlap in one process.
    /// </summary>
    public Func<CognitoProvisionUserContext, Task> OnProvisionUser { get; set; } = NoProvisioning;

    /// <summary>Called when a token or a header was not accepted.</summary>
    public Func<CognitoAuthenticationFailedContext, Task> OnAuthenticationFailed { get; set; } = _ => Done;

    /// <summary>Called before an answer that asks for a token, or says what was wrong with it, goes out.</summary>
    public Func<CognitoApplyChallengeContext, Task> OnApplyChallenge { get; set; } = _ => Done;

    /// <inheritdoc cref="OnRequestToken"/>
    /// <param name="context">The request.</param>
    /// <returns>The end of the work.</returns>
    public virtual Task RequestToken(CognitoRequestTokenContext context) => OnRequestToken(context);

    /// <inheritdoc cref="OnTokenValidated"/>
    /// <param name="context">The token.</param>
    /// <returns>The end of the work.</returns>
    public virtual Task TokenValidated(CognitoTokenValidatedContext context) => OnTokenValidated(context);

    /// <inheritdoc cref="OnProvisionUser"/>
    /// <param name="context">The user.</param>
    /// <returns>The end of the work.</returns>
    public virtual Task ProvisionUser(CognitoProvisionUserContext context) => OnProvisionUser(context);

    /// <inheritdoc cref="OnAuthenticationFailed"/>
    /// <param name="context">The failure.</param>
    /// <returns>The end of the work.</returns>
    public virtual Task AuthenticationFailed(CognitoAuthenticationFailedContext context) => OnAuthenticationFailed(context);

    /// <inheritdoc cref="OnApplyChallenge"/>
    /// <param name="context">The answer.</param>
    /// <returns>The end of the work.</returns>
    public virtual Task ApplyChallenge(CognitoApplyChallengeContext context) => OnApplyChallenge(context);

    /// <summary>Whether the application has something to say about its users: a handler, or perhaps an override.</summary>
    internal bool MayProvision => OnProvisionUser != NoProvisioning || GetType() != typeof(CognitoJwtAuthenticationProvider);
}
