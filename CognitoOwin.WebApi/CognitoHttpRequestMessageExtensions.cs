using System;
using System.Net.Http;

namespace CognitoOwin.WebApi;

/// <summary>What a controller, a filter or a message handler asks of the request it works on.</summary>
public static class CognitoHttpRequestMessageExtensions
{
    /// <summary>
    /// The application's own user, as the provisioning handler set it by <see cref="CognitoProvisionUserContext.SetUser"/>.
    /// </summary>
    /// <typeparam name="TUser">The application's class for users.</typeparam>
    /// <param name="request">The request.</param>
    /// <returns>
    /// The user; null where the request has none: it came without a token, its token is not provisioned, or the handler set
    /// none or one of another class.
    /// </returns>
    public static TUser? GetCognitoUser<TUser>(this HttpRequestMessage request)
        where TUser : class =>
        (request ?? throw new ArgumentNullException(nameof(request))).GetRequestContext()?.Principal?.GetCognitoUser<TUser>();
}
