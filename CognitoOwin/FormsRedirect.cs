using Microsoft.Owin;

namespace CognitoOwin;

/// <summary>
/// Keeps forms authentication of System.Web from turning a 401 into a redirect to its sign-in page
/// (https://learn.microsoft.com/dotnet/api/system.web.httpresponse.suppressformsauthenticationredirect).
/// </summary>
internal static class FormsRedirect
{
    // The host of System.Web adds its own context here. Other hosts do not, and do not load System.Web.
    private const string HttpContextKey = "System.Web.HttpContextBase";

    /// <summary>Leaves the 401 of an answer as it is. Without System.Web it does nothing.</summary>
    /// <param name="context">The request.</param>
    public static void Suppress(IOwinContext context)
    {
        var httpContext = context.Get<object>(HttpContextKey);
        var response = httpContext?.GetType().GetProperty("Response")?.GetValue(httpContext);
        response?.GetType().GetProperty("SuppressFormsAuthenticationRedirect")?.SetValue(response, true);
    }
}
