using System;
using System.Linq;
using System.Threading;
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

namespace Microsoft.Owin.Security.Infrastructure;

public abstract class AuthenticationHandler
{
    private const string AuthenticateKey = "security.Authenticate";

    private AuthenticationOptions _options;
    private AuthenticateDelegate _outerAuthenticate;

    private Task<AuthenticationTicket> _authenticated;
    private bool _authenticateBegan;
    private object _authenticateLock;

    private Task _responseApplied;
    private bool _applyResponseBegan;
    private object _applyResponseLock;

    protected AuthenticationHandler()
    {
    }

    protected internal bool Faulted { get; protected set; }

    protected IOwinContext Context { get; private set; }

    protected IOwinRequest Request => Context.Request;

    protected IOwinResponse Response => Context.Response;

    protected PathString RequestPathBase { get; private set; }

    protected SecurityHelper Helper { get; private set; }

    public virtual Task<bool> InvokeAsync() => Task.FromResult(false);

    // A request authenticates once, however many parts of it ask.
    public Task<AuthenticationTicket> AuthenticateAsync() =>
        LazyInitializer.EnsureInitialized(ref _authenticated, ref _authenticateBegan, ref _authenticateLock, AuthenticateCoreAsync);

    protected async Task BaseInitializeAsync(AuthenticationOptions options, IOwinContext context)
    {
        _options = options;
        Context = context;
        Helper = new SecurityHelper(context);
        RequestPathBase = Request.PathBase;

        _outerAuthenticate = context.Get<AuthenticateDelegate>(AuthenticateKey);
        context.Set<AuthenticateDelegate>(AuthenticateKey, AnswerAuthenticateAsync);
        Response.OnSendingHeaders(state => ((AuthenticationHandler)state).ApplyResponseAsync().Wait(), this);

        await InitializeCoreAsync();

        if (options.AuthenticationMode == AuthenticationMode.Active && await AuthenticateAsync() is { Identity: { } identity })
        {
            Helper.AddUserIdentity(identity);
        }
    }

    protected virtual Task InitializeCoreAsync() => Task.CompletedTask;

    protected virtual Task TeardownCoreAsync() => Task.CompletedTask;

    protected abstract Task<AuthenticationTicket> AuthenticateCoreAsync();

    protected virtual async Task ApplyResponseCoreAsync()
    {
        await ApplyResponseGrantAsync();
        await ApplyResponseChallengeAsync();
    }

    protected virtual Task ApplyResponseGrantAsync() => Task.CompletedTask;

    protected virtual Task ApplyResponseChallengeAsync() => Task.CompletedTask;

    internal async Task TeardownAsync()
    {
        await ApplyResponseAsync();
        await TeardownCoreAsync();
        Context.Set(AuthenticateKey, _outerAuthenticate);
    }

    // The headers and the end of the request both apply the response. The first one does it; the second finds it done.
    private async Task ApplyResponseAsync()
    {
        if (Faulted)
        {
            return;
        }

        try
        {
            await LazyInitializer.EnsureInitialized(
                ref _responseApplied, ref _applyResponseBegan, ref _applyResponseLock, ApplyResponseCoreAsync);
        }
        catch
        {
            Faulted = true;
            throw;
        }
    }

    private async Task AnswerAuthenticateAsync(string[] authenticationTypes, AuthenticateCallback callback, object state)
    {
        if (authenticationTypes is null)
        {
            callback(null, null, _options.Description.Properties, state);
        }
        else if (authenticationTypes.Contains(_options.AuthenticationType, StringComparer.Ordinal)
            && await AuthenticateAsync() is { Identity: { } identity } ticket)
        {
            callback(identity, ticket.Properties.Dictionary, _options.Description.Properties, state);
        }

        if (_outerAuthenticate is not null)
        {
            await _outerAuthenticate(authenticationTypes, callback, state);
        }
    }
}

public abstract class AuthenticationHandler<TOptions> : AuthenticationHandler
    where TOptions : AuthenticationOptions
{
    protected AuthenticationHandler()
    {
    }

    protected TOptions Options { get; private set; }

    internal Task InitializeAsync(TOptions options, IOwinContext context)
    {
        Options = options;
        return BaseInitializeAsync(options, context);
    }
}
