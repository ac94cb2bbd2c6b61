using System.Collections.Generic;
using System.IO;
using Microsoft.Owin.Security;

namespace Microsoft.Owin;

public interface IOwinContext
{
    IOwinRequest Request { get; }

    IOwinResponse Response { get; }

    IAuthenticationManager Authentication { get; }

    IDictionary<string, object> Environment { get; }

    TextWriter TraceOutput { get; set; }

    T Get<T>(string key);

    IOwinContext Set<T>(string key, T value);
}
