using System;
using System.Collections.Generic;
using System.IO;
using Microsoft.Owin.Security;

namespace Microsoft.Owin;

public class OwinContext : IOwinContext
{
    public OwinContext()
        : this(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [OwinKeys.RequestHeaders] = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase),
            [OwinKeys.ResponseHeaders] = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase),
        })
    {
    }

    public OwinContext(IDictionary<string, object> environment)
    {
        Environment = environment ?? throw new ArgumentNullException(nameof(environment));
        Request = new OwinRequest(environment);
        Response = new OwinResponse(environment);
    }

    public virtual IOwinRequest Request { get; }

    public virtual IOwinResponse Response { get; }

    public IAuthenticationManager Authentication => new AuthenticationManager(this);

    public virtual IDictionary<string, object> Environment { get; }

    public virtual TextWriter TraceOutput
    {
        get => Get<TextWriter>(OwinKeys.TraceOutput);
        set => Set(OwinKeys.TraceOutput, value);
    }

    public virtual T Get<T>(string key) => Environment.Read<T>(key);

    public virtual IOwinContext Set<T>(string key, T value)
    {
        Environment[key] = value;
        return this;
    }
}
