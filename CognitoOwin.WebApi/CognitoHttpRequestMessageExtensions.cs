using System;
using System.Net.Http;

namespace CognitoOwin.WebApi;

/// <summary>Gives controllers, filters and message handlers access to the user of their request.</summary>
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
}
