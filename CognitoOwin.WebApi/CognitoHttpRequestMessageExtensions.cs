using System;
using System.Net.Http;
using Microsoft.Owin;

namespace CognitoOwin.WebApi;

/// <summary>Gives controllers, filters and message handlers access to the user of their request, and to the revocations.</summary>
public static class CognitoHttpRequestMessageExtensions
{
    /// <summary>
    /// Gets the application's own user, which the provisioning handler set with
    /// <see cref="CognitoProvisionUserContext.SetUser"/>.
    /// </summary>
    /// <typeparam name="TUser">The application's class for users.</typeparam>
    /// <param name="request">The request.</param>
    /// <returns>
    /// The user; null if the request has no user (no token, a refused one, or the token of a client that acts for itself), or the
    /// handler set no user or one of another class. <c>[CognitoAuthorize(UsersOnly = true)]</c> accepts only requests with a user.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    public static TUser? GetCognitoUser<TUser>(this HttpRequestMessage request)
        where TUser : class =>
        (request ?? throw new ArgumentNullException(nameof(request))).GetRequestContext()?.Principal?.GetCognitoUser<TUser>();

    /// <summary>Gets the revocations of the application, which a sign-out writes to.</summary>
    /// <param name="request">The request, which has passed <c>app.UseCognitoJwt()</c>.</param>
    /// <returns>The revocations.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    /// <exception cref="InvalidOperationException">
    /// The request has not passed <c>app.UseCognitoJwt()</c>, or its host has neither OWIN nor System.Web.
    /// </exception>
    public static ICognitoRevocations GetCognitoRevocations(this HttpRequestMessage request) =>
        RequestOwinContext.Find(request ?? throw new ArgumentNullException(nameof(request)))?.GetCognitoRevocations()
        ?? throw new InvalidOperationException(
            "The request has no OWIN context: in Startup, call app.UseCognitoJwt(), and host Web API in OWIN or System.Web.");
}
