using System;
using CognitoOwin;

namespace Microsoft.Owin;

/// <summary>Gives a request access to the state of CognitoOwin.</summary>
public static class CognitoOwinContextExtensions
{
    private const string FailureKey = "CognitoOwin.ProvisioningFailure";

    /// <summary>
    /// Gets why the user of the request's token is not known: the provisioning handler failed, took too long, or was not called. The
    /// request has no user then, although its token is valid.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <returns>The failure; null if there is none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    public static CognitoProvisioningFailedContext? GetCognitoProvisioningFailure(this IOwinContext context) =>
        (context ?? throw new ArgumentNullException(nameof(context))).Get<CognitoProvisioningFailedContext?>(FailureKey);

    internal static void SetProvisioningFailure(this IOwinContext context, CognitoProvisioningFailedContext failure) =>
        context.Set(FailureKey, failure);

    /// <summary>
    /// Gets why the request has no user although it came with a token or a malformed header. If several <c>UseCognitoJwt</c> have refused
    /// it, this is what the answer says.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <returns>The refusal; null if a token was accepted, or none was read yet.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    public static CognitoAuthenticationFailedContext? GetCognitoAuthenticationFailure(this IOwinContext context) =>
        RequestHandlers.Find(context ?? throw new ArgumentNullException(nameof(context))) is { } handlers
            ? CognitoJwtAuthenticationHandler.FindFailure(handlers)
            : null;

    /// <summary>
    /// Gets the state of the keys of the application's user pools, and of its revocations, for a health endpoint. In a Web API controller, call
    /// <c>Request.GetOwinContext().GetCognitoHealth()</c>. The call never blocks; it may start a fetch in the background, whose
    /// result a later call reports.
    /// </summary>
    /// <param name="context">The request, which has passed <c>app.UseCognitoJwt()</c>.</param>
    /// <returns>The state of every pool.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The request has not passed <c>app.UseCognitoJwt()</c>.</exception>
    public static CognitoHealth GetCognitoHealth(this IOwinContext context) =>
        SharedServices.Get(context, nameof(GetCognitoHealth)).GetHealth();

    /// <summary>
    /// Warns once in the log (event 204) if no configured user pool has a name that the application's code requires. It does nothing
    /// if the application has a <see cref="CognitoJwtAuthenticationOptions.UserPoolResolver"/>, or if the request has not passed
    /// <c>app.UseCognitoJwt()</c>. <c>[CognitoAuthorize(UserPool = …)]</c> calls it when it refuses a user.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The required <see cref="CognitoUserPool.Name"/>, from the code and never from a client.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void CheckCognitoUserPoolName(this IOwinContext context, string name) =>
        (context ?? throw new ArgumentNullException(nameof(context))).Get<SharedServices?>(SharedServices.Key)?
            .CheckPoolName(name ?? throw new ArgumentNullException(nameof(name)));

    /// <summary>
    /// Gets the revocations of the application. In a Web API controller, call <c>Request.GetCognitoRevocations()</c> of
    /// CognitoOwin.WebApi. All <c>app.UseCognitoJwt()</c> of an application share them.
    /// </summary>
    /// <param name="context">The request, which has passed <c>app.UseCognitoJwt()</c>.</param>
    /// <returns>The revocations.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The request has not passed <c>app.UseCognitoJwt()</c>.</exception>
    public static ICognitoRevocations GetCognitoRevocations(this IOwinContext context) =>
        SharedServices.Get(context, nameof(GetCognitoRevocations)).Revocations;
}
