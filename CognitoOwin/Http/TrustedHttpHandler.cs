using System.Net.Http;
using System.Net.Security;

namespace CognitoOwin.Http;

/// <summary>The handler by which this library talks to a user pool, where the application has none of its own.</summary>
internal static class TrustedHttpHandler
{
    public static HttpClientHandler Create() => new()
    {
        // A redirect could lead from the pool to anybody, and from https to http.
        AllowAutoRedirect = false,
        UseCookies = false,

        // In the place of ServicePointManager's, by which many an old application accepts every certificate there is: whoever
        // could then pass for the pool could sign tokens, or be sent them.
        ServerCertificateCustomValidationCallback = static (_, _, _, errors) => errors == SslPolicyErrors.None,
    };
}
