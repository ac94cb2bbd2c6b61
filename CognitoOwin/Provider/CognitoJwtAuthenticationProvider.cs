using System;
using System.Threading.Tasks;

namespace CognitoOwin;

/// <summary>
/// Lets the application take part in a request. Assign handlers, or derive a class and override the methods. An override decides
/// whether it calls the handler.
/// </summary>
public class CognitoJwtAuthenticationProvider
{
    private static readonly Task Done = Task.FromResult(0);
    private static readonly Func<CognitoProvisionUserContext, Task> NoProvisioning = _ => Done;

    /// <summary>
    /// Gets or sets the handler that is called for every request, before its token is validated. It may take the token from another
    /// place than those that the options allow, such as a cookie.
    /// </summary>
    public Func<CognitoRequestTokenContext, Task> OnRequestToken { get; set; } = _ => Done;

    /// <summary>
    /// Gets or sets the handler that is called for every request with a valid token. It may add claims, or reject the token.
    /// </summary>
    public Func<CognitoTokenValidatedContext, Task> OnTokenValidated { get; set; } = _ => Done;

    /// <summary>
    /// Gets or sets the handler that finds or creates the application's own user, like <c>get_or_create_for_cognito</c> of
    /// django-cognito-jwt. It is called after <see cref="OnTokenValidated"/> for every token of a user: ID tokens, which have the
    /// user's profile, and access tokens, which have it only with <see cref="CognitoJwtAuthenticationOptions.UserInfo"/>
    /// (<see cref="CognitoProvisionUserContext.HasProfile"/>). It is not called for a client that acts for itself. If it throws
    /// or takes longer than <see cref="CognitoJwtAuthenticationOptions.ProvisioningTimeout"/>, the request goes on without a user,
    /// and a 401 becomes 503; if it rejects the user, the answer is 401. In both cases it is called again at the next request. It
    /// has a thread of its own, and may block it. Calls for one user (user pool and subject) of one <c>UseCognitoJwt</c> never overlap in one process.
    /// </summary>
    public Func<CognitoProvisionUserContext, Task> OnProvisionUser { get; set; } = NoProvisioning;

    /// <summary>
    /// Gets or sets the handler that is called for every request whose user is not known, because <see cref="OnProvisionUser"/>
    /// failed, took too long or was not called. It may set the answer that replaces a 401.
    /// </summary>
    public Func<CognitoProvisioningFailedContext, Task> OnProvisioningFailed { get; set; } = _ => Done;

    /// <summary>Gets or sets the handler that is called when a token or a header is not accepted.</summary>
    public Func<CognitoAuthenticationFailedContext, Task> OnAuthenticationFailed { get; set; } = _ => Done;

    /// <summary>
    /// Gets or sets the handler that is called before an answer asks for a token, or says what is wrong with it.
    /// </summary>
    public Func<CognitoApplyChallengeContext, Task> OnApplyChallenge { get; set; } = _ => Done;

    /// <summary>Calls <see cref="OnRequestToken"/>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when the handler has run.</returns>
    public virtual Task RequestToken(CognitoRequestTokenContext context) => OnRequestToken(context);

    /// <summary>Calls <see cref="OnTokenValidated"/>.</summary>
    /// <param name="context">The token.</param>
    /// <returns>A task that completes when the handler has run.</returns>
    public virtual Task TokenValidated(CognitoTokenValidatedContext context) => OnTokenValidated(context);

    /// <summary>Calls <see cref="OnProvisionUser"/>.</summary>
    /// <param name="context">The user.</param>
    /// <returns>A task that completes when the handler has run.</returns>
    public virtual Task ProvisionUser(CognitoProvisionUserContext context) => OnProvisionUser(context);

    /// <summary>Calls <see cref="OnProvisioningFailed"/>.</summary>
    /// <param name="context">The failure.</param>
    /// <returns>A task that completes when the handler has run.</returns>
    public virtual Task ProvisioningFailed(CognitoProvisioningFailedContext context) => OnProvisioningFailed(context);

    /// <summary>Calls <see cref="OnAuthenticationFailed"/>.</summary>
    /// <param name="context">The failure.</param>
    /// <returns>A task that completes when the handler has run.</returns>
    public virtual Task AuthenticationFailed(CognitoAuthenticationFailedContext context) => OnAuthenticationFailed(context);

    /// <summary>Calls <see cref="OnApplyChallenge"/>.</summary>
    /// <param name="context">The answer.</param>
    /// <returns>A task that completes when the handler has run.</returns>
    public virtual Task ApplyChallenge(CognitoApplyChallengeContext context) => OnApplyChallenge(context);

    /// <summary>
    /// Gets whether the application provisions users: it has set a handler, or a derived class overrides the method.
    /// </summary>
    internal bool HandlesProvisioning =>
        OnProvisionUser != NoProvisioning
        || new Func<CognitoProvisionUserContext, Task>(ProvisionUser).Method.DeclaringType != typeof(CognitoJwtAuthenticationProvider);
}
