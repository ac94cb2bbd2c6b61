using System.Collections.Generic;
using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Web;
using Microsoft.Owin;

namespace CognitoOwin.WebApi;

/// <summary>Finds the OWIN context of a request of Web API, which OWIN or System.Web hosts.</summary>
internal static class RequestOwinContext
{
    /// <summary>Finds the OWIN context.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The context; null if neither host has one.</returns>
    // Microsoft.AspNet.WebApi.Owin has the first property, Microsoft.AspNet.WebApi.WebHost the second. This package depends on
    // neither of them.
    public static IOwinContext? Find(HttpRequestMessage request)
    {
        if (request.Properties.TryGetValue("MS_OwinContext", out var owin))
        {
            return owin as IOwinContext;
        }

        return request.Properties.TryGetValue("MS_HttpContext", out var web) ? FindInSystemWeb(web) : null;
    }

    // A separate method, so that a process without System.Web does not load it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OwinContext? FindInSystemWeb(object web) =>
        (web as HttpContextBase)?.Items["owin.Environment"] is IDictionary<string, object> environment
            ? new OwinContext(environment)
            : null;
}
