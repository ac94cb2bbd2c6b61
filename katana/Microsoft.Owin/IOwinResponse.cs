using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Microsoft.Owin;

public interface IOwinResponse
{
    IDictionary<string, object> Environment { get; }

    IOwinContext Context { get; }

    int StatusCode { get; set; }

    string ReasonPhrase { get; set; }

    string Protocol { get; set; }

    IHeaderDictionary Headers { get; }

    ResponseCookieCollection Cookies { get; }

    long? ContentLength { get; set; }

    string ContentType { get; set; }

    DateTimeOffset? Expires { get; set; }

    string ETag { get; set; }

    Stream Body { get; set; }

    void OnSendingHeaders(Action<object> callback, object state);

    void Redirect(string location);

    void Write(string text);

    void Write(byte[] data);

    void Write(byte[] data, int offset, int count);

    Task WriteAsync(string text);

    Task WriteAsync(string text, CancellationToken token);

    Task WriteAsync(byte[] data);

    Task WriteAsync(byte[] data, CancellationToken token);

    Task WriteAsync(byte[] data, int offset, int count, CancellationToken token);

    T Get<T>(string key);

    IOwinResponse Set<T>(string key, T value);
}
