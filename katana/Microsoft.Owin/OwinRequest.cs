using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Security.Principal;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Microsoft.Owin;

public class OwinRequest : IOwinRequest
{
    private const string FormKey = "Microsoft.Owin.Form#collection";

    public OwinRequest()
        : this(new OwinContext().Environment)
    {
    }

    public OwinRequest(IDictionary<string, object> environment) =>
        Environment = environment ?? throw new ArgumentNullException(nameof(environment));

    public virtual IDictionary<string, object> Environment { get; }

    public virtual IOwinContext Context => new OwinContext(Environment);

    public virtual string Method
    {
        get => Get<string>(OwinKeys.RequestMethod);
        set => Set(OwinKeys.RequestMethod, value);
    }

    public virtual string Scheme
    {
        get => Get<string>(OwinKeys.RequestScheme);
        set => Set(OwinKeys.RequestScheme, value);
    }

    public virtual bool IsSecure => string.Equals(Scheme, "https", StringComparison.OrdinalIgnoreCase);

    public virtual HostString Host
    {
        get => new(Headers.Get("Host") ?? LocalAddress());
        set => Headers.Set("Host", value.Value);
    }

    public virtual PathString PathBase
    {
        get => new(Get<string>(OwinKeys.RequestPathBase));
        set => Set(OwinKeys.RequestPathBase, value.Value);
    }

    public virtual PathString Path
    {
        get => new(Get<string>(OwinKeys.RequestPath));
        set => Set(OwinKeys.RequestPath, value.Value);
    }

    public virtual QueryString QueryString
    {
        get => new(Get<string>(OwinKeys.RequestQueryString));
        set => Set(OwinKeys.RequestQueryString, value.Value);
    }

    public virtual IReadableStringCollection Query =>
        new ReadableStringCollection(UrlEncodedPairs.Parse(Get<string>(OwinKeys.RequestQueryString), '&', ';'));

    public virtual Uri Uri =>
        new(Scheme + Uri.SchemeDelimiter + Host + PathBase + Path + QueryString);

    public virtual string Protocol
    {
        get => Get<string>(OwinKeys.RequestProtocol);
        set => Set(OwinKeys.RequestProtocol, value);
    }

    public virtual IHeaderDictionary Headers => new HeaderDictionary(Environment.ReadHeaders(OwinKeys.RequestHeaders));

    public RequestCookieCollection Cookies => new(RequestCookieCollection.Parse(Headers.Get("Cookie")));

    public virtual string ContentType
    {
        get => Headers.Get("Content-Type");
        set => Headers.Set("Content-Type", value);
    }

    public virtual string CacheControl
    {
        get => Headers.Get("Cache-Control");
        set => Headers.Set("Cache-Control", value);
    }

    public virtual string MediaType
    {
        get => Headers.Get("Media-Type");
        set => Headers.Set("Media-Type", value);
    }

    public virtual string Accept
    {
        get => Headers.Get("Accept");
        set => Headers.Set("Accept", value);
    }

    public virtual Stream Body
    {
        get => Get<Stream>(OwinKeys.RequestBody);
        set => Set(OwinKeys.RequestBody, value);
    }

    public virtual CancellationToken CallCancelled
    {
        get => Get<CancellationToken>(OwinKeys.CallCancelled);
        set => Set(OwinKeys.CallCancelled, value);
    }

    public virtual string LocalIpAddress
    {
        get => Get<string>(OwinKeys.LocalIpAddress);
        set => Set(OwinKeys.LocalIpAddress, value);
    }

    public virtual int? LocalPort
    {
        get => ReadPort(OwinKeys.LocalPort);
        set => WritePort(OwinKeys.LocalPort, value);
    }

    public virtual string RemoteIpAddress
    {
        get => Get<string>(OwinKeys.RemoteIpAddress);
        set => Set(OwinKeys.RemoteIpAddress, value);
    }

    public virtual int? RemotePort
    {
        get => ReadPort(OwinKeys.RemotePort);
        set => WritePort(OwinKeys.RemotePort, value);
    }

    public virtual IPrincipal User
    {
        get => Get<IPrincipal>(OwinKeys.User);
        set => Set(OwinKeys.User, value);
    }

    public async Task<IFormCollection> ReadFormAsync()
    {
        var form = Get<IFormCollection>(FormKey);
        if (form is null)
        {
            using var reader = new StreamReader(Body, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, 4096, leaveOpen: true);
            form = new FormCollection(UrlEncodedPairs.Parse(await reader.ReadToEndAsync(), '&'));
            Set(FormKey, form);
        }

        return form;
    }

    public virtual T Get<T>(string key) => Environment.Read<T>(key);

    public virtual IOwinRequest Set<T>(string key, T value)
    {
        Environment[key] = value;
        return this;
    }

    private string LocalAddress()
    {
        var address = LocalIpAddress ?? "localhost";
        return LocalPort is { } port ? address + ":" + port.ToString(CultureInfo.InvariantCulture) : address;
    }

    private int? ReadPort(string key) =>
        int.TryParse(Get<string>(key), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;

    private void WritePort(string key, int? port)
    {
        if (port is { } number)
        {
            Set(key, number.ToString(CultureInfo.InvariantCulture));
        }
        else
        {
            Environment.Remove(key);
        }
    }
}
