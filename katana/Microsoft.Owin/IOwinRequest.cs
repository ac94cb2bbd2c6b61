using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Principal;
using System.Threading;
using System.Threading.Tasks;

namespace Microsoft.Owin;

public interface IOwinRequest
{
    IDictionary<string, object> Environment { get; }

    IOwinContext Context { get; }

    string Method { get; set; }

    string Scheme { get; set; }

    bool IsSecure { get; }

    HostString Host { get; set; }

    PathString PathBase { get; set; }

    PathString Path { get; set; }

    QueryString QueryString { get; set; }

    IReadableStringCollection Query { get; }

    Uri Uri { get; }

    string Protocol { get; set; }

    IHeaderDictionary Headers { get; }

    RequestCookieCollection Cookies { get; }

    string ContentType { get; set; }

    string CacheControl { get; set; }

    string MediaType { get; set; }

    string Accept { get; set; }

    Stream Body { get; set; }

    CancellationToken CallCancelled { get; set; }

    string LocalIpAddress { get; set; }

    int? LocalPort { get; set; }

    string RemoteIpAddress { get; set; }

    int? RemotePort { get; set; }

    IPrincipal User { get; set; }

    Task<IFormCollection> ReadFormAsync();

    T Get<T>(string key);

    IOwinRequest Set<T>(string key, T value);
}
