using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CognitoOwin.Claims;
using Microsoft.Owin;
using Microsoft.Owin.Security;
using AuthenticateDelegate = System.Func<
    string[],
    System.Action<
        System.Security.Principal.IIdentity,
        System.Collections.Generic.IDictionary<string, string>,
        System.Collections.Generic.IDictionary<string, object>,
        object>,
    object,
    System.Threading.Tasks.Task>;

namespace CognitoOwin;

/// <summary>
/// Records whether another middleware has given its user to code that asked for one by name. Web API's
/// <c>HostAuthenticationFilter</c> asks so, and afterwards the request does not show that user.
/// </summary>
internal sealed class OtherAuthentications
{
    private const string Key = "security.Authenticate";

    private readonly AuthenticateDelegate _authenticate;

    private OtherAuthentications(AuthenticateDelegate authenticate) => _authenticate = authenticate;

    /// <summary>Gets whether another middleware has given a user.</summary>
    public bool HaveUser { get; private set; }

    /// <summary>Starts to record.</summary>
    /// <param name="context">The request, whose handlers Katana has chained by this delegate.</param>
    /// <returns>The record.</returns>
    public static OtherAuthentications Observe(IOwinContext context)
    {
        var observer = new OtherAuthentications(context.Get<AuthenticateDelegate>(Key));
        context.Set<AuthenticateDelegate>(Key, observer.AuthenticateAsync);
        return observer;
    }

    private async Task AuthenticateAsync(
        string[] authenticationTypes,
        System.Action<System.Security.Principal.IIdentity, IDictionary<string, string>, IDictionary<string, object>, object> callback,
        object state)
    {
        await _authenticate(authenticationTypes, callback, state).ConfigureAwait(false);

        // Katana collects the results of all handlers here. Those behind this one have added theirs before they called this one.
        HaveUser |= state is IEnumerable<AuthenticateResult> results
            && results.Any(result => result.Identity is { IsAuthenticated: true } and not CognitoIdentity);
    }
}
