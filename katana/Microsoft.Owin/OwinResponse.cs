using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Microsoft.Owin;

public class OwinResponse : IOwinResponse
{
    public OwinResponse()
        : this(new OwinContext().Environment)
    {
    }

    public OwinResponse(IDictionary<string, object> environment) =>
        Environment = environment ?? throw new ArgumentNullException(nameof(environment));

    public virtual IDictionary<string, object> Environment { get; }

    public virtual IOwinContext Context => new OwinContext(Environment);

    public virtual int StatusCode
    {
        get => Environment.TryGetValue(OwinKeys.ResponseStatusCode, out var status) && status is int code ? code : 200;
        set => Set(OwinKeys.ResponseStatusCode, value);
    }

    public virtual string ReasonPhrase
    {
        get => Get<string>(OwinKeys.ResponseReasonPhrase);
        set => Set(OwinKeys.ResponseReasonPhrase, value);
    }

    public virtual string Protocol
    {
        get => Get<string>(OwinKeys.ResponseProtocol);
        set => Set(OwinKeys.ResponseProtocol, value);
    }

    public virtual IHeaderDictionary Headers => new HeaderDictionary(Environment.ReadHeaders(OwinKeys.ResponseHeaders));

    public virtual ResponseCookieCollection Cookies => new(Headers);

    public virtual long? ContentLength
    {
        get => long.TryParse(Headers.Get("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;
        set => Headers.Set("Content-Length", value?.ToString(CultureInfo.InvariantCulture));
    }

    public virtual string ContentType
    {
        get => Headers.Get("Content-Type");
        set => Headers.Set("Content-Type", value);
    }

    public virtual DateTimeOffset? Expires
    {
        get => DateTimeOffset.TryParse(
            Headers.Get("Expires"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expires) ? expires : null;
        set => Headers.Set("Expires", value?.ToString("r", CultureInfo.InvariantCulture));
    }

    public virtual string ETag
    {
        get => Headers.Get("ETag");
        set => Headers.Set("ETag", value);
    }

    public virtual Stream Body
    {
        get => Get<Stream>(OwinKeys.ResponseBody);
        set => Set(OwinKeys.ResponseBody, value);
    }

    public virtual void OnSendingHeaders(Action<object> callback, object state)
    {
        var register = Get<Action<Action<object>, object>>(OwinKeys.OnSendingHeaders)
            ?? throw new NotSupportedException($"The host offers no {OwinKeys.OnSendingHeaders}.");
        register(callback, state);
    }

    public virtual void Redirect(string location)
    {
        StatusCode = 302;
        Headers.Set("Location", location);
    }

    public virtual void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public virtual void Write(byte[] data) => Write(data, 0, data?.Length ?? 0);

    public virtual void Write(byte[] data, int offset, int count) => Body.Write(data, offset, count);

    public virtual Task WriteAsync(string text) => WriteAsync(text, CancellationToken.None);

    public virtual Task WriteAsync(string text, CancellationToken token) => WriteAsync(Encoding.UTF8.GetBytes(text), token);

    public virtual Task WriteAsync(byte[] data) => WriteAsync(data, CancellationToken.None);

    public virtual Task WriteAsync(byte[] data, CancellationToken token) => WriteAsync(data, 0, data?.Length ?? 0, token);

    public virtual Task WriteAsync(byte[] data, int offset, int count, CancellationToken token) =>
        Body.WriteAsync(data, offset, count, token);

    public virtual T Get<T>(string key) => Environment.Read<T>(key);

    public virtual IOwinResponse Set<T>(string key, T value)
    {
        Environment[key] = value;
        return this;
    }
}
