using System;
using System.Net;
using System.Net.Http;
using System.Net.Security;

namespace CognitoOwin.Http;

/// <summary>Creates the handler that sends requests to a user pool, if the application has set no handler of its own.</summary>
internal static class TrustedHttpHandler
{
    /// <param name="proxy">The proxy; null for the default of the process or of the system.</param>
    /// <returns>The handler.</returns>
    public static HttpClientHandler Create(Uri? proxy) => new()
    {
        Proxy = proxy == null ? null : new WebProxy(proxy),

        // A redirect could lead from the pool to any other server, and from https to http.
        AllowAutoRedirect = false,
        UseCookies = false,

        // Use this instead of ServicePointManager's callback, with which many old applications accept every certificate. An
        // attacker could then pose as the pool, and sign tokens or receive them.
        ServerCertificateCustomValidationCallback = static (_, _, _, errors) => errors == SslPolicyErrors.None,
    };
}
