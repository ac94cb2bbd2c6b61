using System.Collections;
using System.Collections.Generic;
using Microsoft.Owin;

namespace System.Web;

public static class HttpContextExtensions
{
    public static IOwinContext GetOwinContext(this HttpContext context) =>
        OwinContextOf((context ?? throw new ArgumentNullException(nameof(context))).Items);

    public static IOwinContext GetOwinContext(this HttpRequest request) =>
        (request ?? throw new ArgumentNullException(nameof(request))).RequestContext.HttpContext.GetOwinContext();

    internal static IOwinContext OwinContextOf(IDictionary items) =>
        items["owin.Environment"] is IDictionary<string, object> environment
            ? new OwinContext(environment)
            : throw new InvalidOperationException("No owin.Environment item was found in the context.");
}

public static class HttpContextBaseExtensions
{
    public static IOwinContext GetOwinContext(this HttpContextBase context) =>
        HttpContextExtensions.OwinContextOf((context ?? throw new ArgumentNullException(nameof(context))).Items);

    public static IOwinContext GetOwinContext(this HttpRequestBase request) =>
        (request ?? throw new ArgumentNullException(nameof(request))).RequestContext.HttpContext.GetOwinContext();
}
