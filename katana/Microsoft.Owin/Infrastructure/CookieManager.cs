using System;

namespace Microsoft.Owin.Infrastructure;

public interface ICookieManager
{
    string GetRequestCookie(IOwinContext context, string key);

    void AppendResponseCookie(IOwinContext context, string key, string value, CookieOptions options);

    void DeleteCookie(IOwinContext context, string key, CookieOptions options);
}

public class CookieManager : ICookieManager
{
    public string GetRequestCookie(IOwinContext context, string key) =>
        (context ?? throw new ArgumentNullException(nameof(context))).Request.Cookies[key];

    public void AppendResponseCookie(IOwinContext context, string key, string value, CookieOptions options) =>
        (context ?? throw new ArgumentNullException(nameof(context))).Response.Cookies.Append(key, value, options);

    public void DeleteCookie(IOwinContext context, string key, CookieOptions options) =>
        (context ?? throw new ArgumentNullException(nameof(context))).Response.Cookies.Delete(key, options);
}
