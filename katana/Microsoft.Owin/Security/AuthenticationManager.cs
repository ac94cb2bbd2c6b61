using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Claims;
using System.Security.Principal;
using System.Threading.Tasks;
using AuthenticateCallback = System.Action<
    System.Security.Principal.IIdentity,
    System.Collections.Generic.IDictionary<string, string>,
    System.Collections.Generic.IDictionary<string, object>,
    object>;
using AuthenticateDelegate = System.Func<
    string[],
    System.Action<
        System.Security.Principal.IIdentity,
        System.Collections.Generic.IDictionary<string, string>,
        System.Collections.Generic.IDictionary<string, object>,
        object>,
    object,
    System.Threading.Tasks.Task>;

namespace Microsoft.Owin.Security;

/// <summary>
/// Reads and writes the <c>security.*</c> keys, in the shapes Katana gives them: delegates, tuples and dictionaries only, so that
/// a middleware built against another copy of Katana understands them.
/// </summary>
internal sealed class AuthenticationManager : IAuthenticationManager
{
    private readonly IOwinContext _context;

    public AuthenticationManager(IOwinContext context) => _context = context;

    public ClaimsPrincipal User
    {
        get => _context.Request.User is { } user ? user as ClaimsPrincipal ?? new ClaimsPrincipal(user) : null;
        set => _context.Request.User = value;
    }

    public AuthenticationResponseChallenge AuthenticationResponseChallenge
    {
        get => _context.Get<Tuple<string[], IDictionary<string, string>>>(OwinKeys.Challenge) is { } challenge
            ? new AuthenticationResponseChallenge(challenge.Item1, new AuthenticationProperties(challenge.Item2))
            : null;
        set => Write(OwinKeys.Challenge, value is null ? null : Tuple.Create(value.AuthenticationTypes, value.Properties.Dictionary));
    }

    public AuthenticationResponseGrant AuthenticationResponseGrant
    {
        get => _context.Get<Tuple<IPrincipal, IDictionary<string, string>>>(OwinKeys.SignIn) is { } grant
            ? new AuthenticationResponseGrant(
                grant.Item1 as ClaimsPrincipal ?? new ClaimsPrincipal(grant.Item1), new AuthenticationProperties(grant.Item2))
            : null;
        set => Write(OwinKeys.SignIn, value is null ? null : Tuple.Create((IPrincipal)value.Principal, value.Properties?.Dictionary));
    }

    public AuthenticationResponseRevoke AuthenticationResponseRevoke
    {
        get => _context.Get<string[]>(OwinKeys.SignOut) is { } types
            ? new AuthenticationResponseRevoke(
                types, new AuthenticationProperties(_context.Get<IDictionary<string, string>>(OwinKeys.SignOutProperties)))
            : null;
        set
        {
            Write(OwinKeys.SignOut, value?.AuthenticationTypes);
            Write(OwinKeys.SignOutProperties, value?.Properties?.Dictionary);
        }
    }

    public IEnumerable<AuthenticationDescription> GetAuthenticationTypes() => GetAuthenticationTypes(_ => true);

    // Without types no handler authenticates, so nothing here can wait.
    public IEnumerable<AuthenticationDescription> GetAuthenticationTypes(Func<AuthenticationDescription, bool> predicate)
    {
        var descriptions = new List<AuthenticationDescription>();
        Authenticate(null, (_, _, description, _) => descriptions.Add(new AuthenticationDescription(description))).Wait();
        return descriptions.Where(predicate).ToList();
    }

    public async Task<AuthenticateResult> AuthenticateAsync(string authenticationType) =>
        (await AuthenticateAsync(new[] { authenticationType })).SingleOrDefault();

    public async Task<IEnumerable<AuthenticateResult>> AuthenticateAsync(string[] authenticationTypes)
    {
        var results = new List<AuthenticateResult>();
        await Authenticate(authenticationTypes, (identity, properties, description, _) => results.Add(
            new AuthenticateResult(identity, new AuthenticationProperties(properties), new AuthenticationDescription(description))));
        return results;
    }

    public void Challenge(AuthenticationProperties properties, params string[] authenticationTypes)
    {
        _context.Response.StatusCode = 401;
        var earlier = AuthenticationResponseChallenge;
        AuthenticationResponseChallenge = new AuthenticationResponseChallenge(
            Join(earlier?.AuthenticationTypes, authenticationTypes), Join(earlier?.Properties, properties));
    }

    public void Challenge(params string[] authenticationTypes) => Challenge(new AuthenticationProperties(), authenticationTypes);

    // A sign-in takes back an earlier sign-out of the same type in this request, and the other way round.
    public void SignIn(AuthenticationProperties properties, params ClaimsIdentity[] identities)
    {
        if (AuthenticationResponseRevoke is { } revoke)
        {
            var rest = revoke.AuthenticationTypes
                .Where(type => identities.All(identity => !string.Equals(identity.AuthenticationType, type, StringComparison.Ordinal)))
                .ToArray();
            AuthenticationResponseRevoke = rest.Length == 0 ? null : new AuthenticationResponseRevoke(rest, revoke.Properties);
        }

        var earlier = AuthenticationResponseGrant;
        AuthenticationResponseGrant = new AuthenticationResponseGrant(
            new ClaimsPrincipal((earlier?.Principal.Identities ?? Enumerable.Empty<ClaimsIdentity>()).Concat(identities)),
            Join(earlier?.Properties, properties));
    }

    public void SignIn(params ClaimsIdentity[] identities) => SignIn(new AuthenticationProperties(), identities);

    public void SignOut(AuthenticationProperties properties, params string[] authenticationTypes)
    {
        if (AuthenticationResponseGrant is { } grant)
        {
            var rest = grant.Principal.Identities
                .Where(identity => !authenticationTypes.Contains(identity.AuthenticationType, StringComparer.Ordinal))
                .ToArray();
            AuthenticationResponseGrant =
                rest.Length == 0 ? null : new AuthenticationResponseGrant(new ClaimsPrincipal(rest), grant.Properties);
        }

        var earlier = AuthenticationResponseRevoke;
        AuthenticationResponseRevoke = new AuthenticationResponseRevoke(
            Join(earlier?.AuthenticationTypes, authenticationTypes), Join(earlier?.Properties, properties));
    }

    public void SignOut(params string[] authenticationTypes) => SignOut(new AuthenticationProperties(), authenticationTypes);

    private static string[] Join(string[] earlier, string[] types) =>
        earlier is null ? types : types is null ? earlier : earlier.Concat(types).ToArray();

    private static AuthenticationProperties Join(AuthenticationProperties earlier, AuthenticationProperties properties)
    {
        properties ??= new AuthenticationProperties();
        foreach (var pair in earlier?.Dictionary ?? new Dictionary<string, string>())
        {
            if (!properties.Dictionary.ContainsKey(pair.Key))
            {
                properties.Dictionary.Add(pair);
            }
        }

        return properties;
    }

    private Task Authenticate(string[] types, AuthenticateCallback callback) =>
        _context.Get<AuthenticateDelegate>(OwinKeys.Authenticate)?.Invoke(types, callback, null) ?? Task.CompletedTask;

    private void Write(string key, object value)
    {
        if (value is null)
        {
            _context.Environment.Remove(key);
        }
        else
        {
            _context.Environment[key] = value;
        }
    }
}
