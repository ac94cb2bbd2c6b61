using System;
using System.Threading.Tasks;
using Microsoft.Owin.Security.Provider;

namespace Microsoft.Owin.Security.Infrastructure;

public interface IAuthenticationTokenProvider
{
    void Create(AuthenticationTokenCreateContext context);

    Task CreateAsync(AuthenticationTokenCreateContext context);

    void Receive(AuthenticationTokenReceiveContext context);

    Task ReceiveAsync(AuthenticationTokenReceiveContext context);
}

public class AuthenticationTokenProvider : IAuthenticationTokenProvider
{
    public Action<AuthenticationTokenCreateContext> OnCreate { get; set; }

    public Func<AuthenticationTokenCreateContext, Task> OnCreateAsync { get; set; }

    public Action<AuthenticationTokenReceiveContext> OnReceive { get; set; }

    public Func<AuthenticationTokenReceiveContext, Task> OnReceiveAsync { get; set; }

    public virtual void Create(AuthenticationTokenCreateContext context)
    {
        if (OnCreateAsync is not null && OnCreate is null)
        {
            throw new InvalidOperationException("Only OnCreateAsync is set: this call must be awaited.");
        }

        OnCreate?.Invoke(context);
    }

    public virtual async Task CreateAsync(AuthenticationTokenCreateContext context)
    {
        if (OnCreateAsync is not null)
        {
            await OnCreateAsync(context);
        }
        else
        {
            Create(context);
        }
    }

    public virtual void Receive(AuthenticationTokenReceiveContext context)
    {
        if (OnReceiveAsync is not null && OnReceive is null)
        {
            throw new InvalidOperationException("Only OnReceiveAsync is set: this call must be awaited.");
        }

        OnReceive?.Invoke(context);
    }

    public virtual async Task ReceiveAsync(AuthenticationTokenReceiveContext context)
    {
        if (OnReceiveAsync is not null)
        {
            await OnReceiveAsync(context);
        }
        else
        {
            Receive(context);
        }
    }
}

public class AuthenticationTokenCreateContext : BaseContext
{
    private readonly ISecureDataFormat<AuthenticationTicket> _format;

    public AuthenticationTokenCreateContext(
        IOwinContext context, ISecureDataFormat<AuthenticationTicket> secureDataFormat, AuthenticationTicket ticket)
        : base(context)
    {
        _format = secureDataFormat ?? throw new ArgumentNullException(nameof(secureDataFormat));
        Ticket = ticket ?? throw new ArgumentNullException(nameof(ticket));
    }

    public string Token { get; protected set; }

    public AuthenticationTicket Ticket { get; protected set; }

    public string SerializeTicket() => _format.Protect(Ticket);

    public void SetToken(string tokenValue) => Token = tokenValue ?? throw new ArgumentNullException(nameof(tokenValue));
}

public class AuthenticationTokenReceiveContext : BaseContext
{
    private readonly ISecureDataFormat<AuthenticationTicket> _format;

    public AuthenticationTokenReceiveContext(
        IOwinContext context, ISecureDataFormat<AuthenticationTicket> secureDataFormat, string token)
        : base(context)
    {
        _format = secureDataFormat ?? throw new ArgumentNullException(nameof(secureDataFormat));
        Token = token ?? throw new ArgumentNullException(nameof(token));
    }

    public string Token { get; protected set; }

    public AuthenticationTicket Ticket { get; protected set; }

    public void DeserializeTicket(string protectedData) => Ticket = _format.Unprotect(protectedData);

    public void SetTicket(AuthenticationTicket ticket) => Ticket = ticket ?? throw new ArgumentNullException(nameof(ticket));
}
