using System.Security.Claims;
using Microsoft.Owin.Security.Provider;

namespace Microsoft.Owin.Security.OAuth;

public abstract class BaseValidatingContext<TOptions> : BaseContext<TOptions>
{
    protected BaseValidatingContext(IOwinContext context, TOptions options)
        : base(context, options)
    {
    }

    public bool IsValidated { get; private set; }

    public bool HasError { get; private set; }

    public string Error { get; private set; }

    public string ErrorDescription { get; private set; }

    public string ErrorUri { get; private set; }

    public virtual bool Validated()
    {
        IsValidated = true;
        HasError = false;
        return true;
    }

    public virtual void Rejected()
    {
        IsValidated = false;
        HasError = false;
    }

    public void SetError(string error) => SetError(error, null);

    public void SetError(string error, string errorDescription) => SetError(error, errorDescription, null);

    public void SetError(string error, string errorDescription, string errorUri)
    {
        Error = error;
        ErrorDescription = errorDescription;
        ErrorUri = errorUri;
        Rejected();
        HasError = true;
    }
}

public abstract class BaseValidatingTicketContext<TOptions> : BaseValidatingContext<TOptions>
{
    protected BaseValidatingTicketContext(IOwinContext context, TOptions options, AuthenticationTicket ticket)
        : base(context, options) => Ticket = ticket;

    public AuthenticationTicket Ticket { get; private set; }

    public bool Validated(AuthenticationTicket ticket)
    {
        Ticket = ticket;
        return Validated();
    }

    public bool Validated(ClaimsIdentity identity) =>
        Validated(new AuthenticationTicket(identity, Ticket?.Properties ?? new AuthenticationProperties()));
}
