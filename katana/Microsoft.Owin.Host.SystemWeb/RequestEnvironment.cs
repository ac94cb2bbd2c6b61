using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Security.Principal;
using System.Threading;
using System.Web;
using Microsoft.Owin.BuilderProperties;

namespace Microsoft.Owin.Host.SystemWeb;

/// <summary>The OWIN environment of a System.Web request. What System.Web holds is read and written there, not copied.</summary>
internal sealed class RequestEnvironment : IDictionary<string, object>
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Live> _live = new(StringComparer.Ordinal);

    private RequestEnvironment()
    {
    }

    public ICollection<string> Keys => _values.Keys.Concat(_live.Keys).ToList();

    public ICollection<object> Values => Keys.Select(key => this[key]).ToList();

    public int Count => _values.Count + _live.Count;

    public bool IsReadOnly => false;

    public object this[string key]
    {
        get => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);
        set
        {
            if (_live.TryGetValue(key, out var live) && live.Set is not null)
            {
                live.Set(value);
            }
            else
            {
                _live.Remove(key);
                _values[key] = value;
            }
        }
    }

    public static IDictionary<string, object> Create(
        IDictionary<string, object> properties, HttpContext context, Action<Action<object>, object> onSendingHeaders)
    {
        var (request, response) = (context.Request, context.Response);
        var app = new AppProperties(properties);
        var environment = new RequestEnvironment
        {
            ["owin.Version"] = "1.0",
            ["owin.CallCancelled"] = CancellationToken.None,
            ["owin.RequestMethod"] = request.HttpMethod,
            ["owin.RequestScheme"] = request.IsSecureConnection ? "https" : "http",
            ["owin.RequestProtocol"] = request.ServerVariables["SERVER_PROTOCOL"] ?? "HTTP/1.1",
            ["owin.RequestPathBase"] = GetPathBase(request),
            ["owin.RequestPath"] = request.AppRelativeCurrentExecutionFilePath.Substring(1) + request.PathInfo,
            ["owin.RequestQueryString"] = GetQueryString(request.Url),
            ["owin.RequestHeaders"] = new HeaderView(request.Headers),
            ["owin.ResponseHeaders"] = new ResponseHeaderView(response),
            ["server.RemoteIpAddress"] = request.UserHostAddress,
            ["server.RemotePort"] = request.ServerVariables["REMOTE_PORT"],
            ["server.LocalIpAddress"] = request.ServerVariables["LOCAL_ADDR"],
            ["server.LocalPort"] = request.ServerVariables["SERVER_PORT"],
            ["server.IsLocal"] = request.IsLocal,
            ["server.OnSendingHeaders"] = onSendingHeaders,
            ["server.DisableResponseBuffering"] = new Action(() => response.BufferOutput = false),
            ["host.AppName"] = app.AppName,
            ["host.OnAppDisposing"] = app.OnAppDisposing,
            ["host.TraceOutput"] = app.TraceOutput,
            ["System.Web.HttpContextBase"] = new HttpContextWrapper(context),
            ["System.Web.Routing.RequestContext"] = request.RequestContext,
        };
        environment._live["owin.RequestBody"] = new Live(() => request.InputStream);
        environment._live["owin.ResponseBody"] = new Live(() => response.OutputStream);
        environment._live["owin.ResponseStatusCode"] = new Live(() => response.StatusCode, value => SetStatus(response, (int)value));
        environment._live["owin.ResponseReasonPhrase"] =
            new Live(() => response.StatusDescription, value => response.StatusDescription = (string)value);
        environment._live["server.User"] = new Live(() => context.User, value => context.User = (IPrincipal)value);
        return environment;
    }

    // As the client wrote it: System.Web compares paths without regard to case.
    private static string GetPathBase(HttpRequest request) =>
        request.ApplicationPath == "/" ? string.Empty : request.Path.Substring(0, request.ApplicationPath.Length);

    // Uri takes a # that the client did not escape for the begin of a fragment.
    private static string GetQueryString(Uri address) =>
        address.Query.Length + address.Fragment.Length > 1 ? (address.Query + address.Fragment).Substring(1) : string.Empty;

    // IIS replaces the body of an error by a page of its own unless it is told not to.
    private static void SetStatus(HttpResponse response, int status)
    {
        response.StatusCode = status;
        if (status >= 400)
        {
            response.TrySkipIisCustomErrors = true;
        }
    }

    public bool ContainsKey(string key) => _values.ContainsKey(key) || _live.ContainsKey(key);

    public bool TryGetValue(string key, out object value)
    {
        if (_live.TryGetValue(key, out var live))
        {
            value = live.Get();
            return true;
        }

        return _values.TryGetValue(key, out value);
    }

    public void Add(string key, object value)
    {
        if (ContainsKey(key))
        {
            throw new ArgumentException("The key is there already: " + key, nameof(key));
        }

        _values.Add(key, value);
    }

    public bool Remove(string key) => _values.Remove(key) | _live.Remove(key);

    public void Add(KeyValuePair<string, object> item) => Add(item.Key, item.Value);

    public void Clear()
    {
        _values.Clear();
        _live.Clear();
    }

    public bool Contains(KeyValuePair<string, object> item) => TryGetValue(item.Key, out var value) && Equals(value, item.Value);

    public void CopyTo(KeyValuePair<string, object>[] array, int arrayIndex) => this.ToList().CopyTo(array, arrayIndex);

    public bool Remove(KeyValuePair<string, object> item) => Contains(item) && Remove(item.Key);

    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() =>
        Keys.Select(key => new KeyValuePair<string, object>(key, this[key])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Live
    {
        public Live(Func<object> get, Action<object> set = null)
        {
            Get = get;
            Set = set;
        }

        public Func<object> Get { get; }

        /// <summary>Gets the setter; null if a new value replaces that of System.Web (a middleware that wraps the body).</summary>
        public Action<object> Set { get; }
    }
}
