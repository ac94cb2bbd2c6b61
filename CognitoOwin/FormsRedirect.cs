using System;
using System.Collections.Concurrent;
using System.Reflection;
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

    // Every request with a token needs them.
    private static readonly ConcurrentDictionary<(Type Type, string Name), PropertyInfo?> Properties = new();

    /// <summary>Leaves the 401 of an answer as it is. Without System.Web it does nothing.</summary>
    /// <param name="context">The request.</param>
    public static void Suppress(IOwinContext context)
    {
        if (context.Get<object?>(HttpContextKey) is not { } httpContext)
        {
            return;
        }

        try
        {
            if (FindProperty(httpContext, "Response")?.GetValue(httpContext) is { } response)
            {
                FindProperty(response, "SuppressFormsAuthenticationRedirect")?.SetValue(response, true);
            }
        }
        catch (Exception e) when (e is AmbiguousMatchException or TargetInvocationException or ArgumentException)
        {
            // A context of the application's own, which has no such switch. The request must be answered all the same.
        }
    }

    private static PropertyInfo? FindProperty(object owner, string name) =>
        Properties.GetOrAdd((owner.GetType(), name), static key => key.Type.GetProperty(key.Name));
}
