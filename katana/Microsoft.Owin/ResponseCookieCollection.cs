using System;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Microsoft.Owin;

public enum SameSiteMode
{
    None = 0,
    Lax = 1,
    Strict = 2,
}

public class CookieOptions
{
    public CookieOptions() => Path = "/";

    public string Domain { get; set; }

    public string Path { get; set; }

    public DateTime? Expires { get; set; }

    public bool Secure { get; set; }

    public bool HttpOnly { get; set; }

    public SameSiteMode? SameSite { get; set; }
}

public class ResponseCookieCollection
{
    private const string HeaderName = "Set-Cookie";
    private const string Epoch = "Thu, 01-Jan-1970 00:00:00 GMT";

    private readonly IHeaderDictionary _headers;

    public ResponseCookieCollection(IHeaderDictionary headers) => _headers = headers ?? throw new ArgumentNullException(nameof(headers));

    public void Append(string key, string value) => Append(key, value, new CookieOptions());

    public void Append(string key, string value, CookieOptions options)
    {
        if (options is null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        var expires = options.Expires?.ToUniversalTime().ToString("ddd, dd-MMM-yyyy HH:mm:ss \\G\\M\\T", CultureInfo.InvariantCulture);
        _headers.AppendValues(HeaderName, Format(key, value, options, expires));
    }

    public void Delete(string key) => Delete(key, new CookieOptions());

    // A cookie set earlier in this response must not come back: only the deletion stays.
    public void Delete(string key, CookieOptions options)
    {
        if (options is null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        var name = Uri.EscapeDataString(key) + "=";
        var others = (_headers.GetValues(HeaderName) ?? Array.Empty<string>())
            .Where(cookie => !cookie.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        _headers.SetValues(HeaderName, others.Concat(new[] { Format(key, string.Empty, options, Epoch) }).ToArray());
    }

    private static string Format(string key, string value, CookieOptions options, string expires)
    {
        var cookie = new StringBuilder(Uri.EscapeDataString(key)).Append('=').Append(Uri.EscapeDataString(value ?? string.Empty));
        AppendAttribute(cookie, "domain", options.Domain);
        AppendAttribute(cookie, "path", options.Path);
        AppendAttribute(cookie, "expires", expires);
        cookie.Append(options.Secure ? "; secure" : null).Append(options.HttpOnly ? "; HttpOnly" : null);
        AppendAttribute(cookie, "SameSite", options.SameSite?.ToString());
        return cookie.ToString();
    }

    private static void AppendAttribute(StringBuilder cookie, string name, string value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            cookie.Append("; ").Append(name).Append('=').Append(value);
        }
    }
}
