using System;
using System.Collections.Generic;
using System.Globalization;

namespace Microsoft.Owin.Security;

/// <summary>What travels with a ticket or a challenge: text under well-known keys, so that any middleware can carry it.</summary>
public class AuthenticationProperties
{
    private const string IssuedKey = ".issued";
    private const string ExpiresKey = ".expires";
    private const string PersistentKey = ".persistent";
    private const string RedirectKey = ".redirect";
    private const string RefreshKey = ".refresh";

    public AuthenticationProperties()
        : this(null)
    {
    }

    public AuthenticationProperties(IDictionary<string, string> dictionary) =>
        Dictionary = dictionary ?? new Dictionary<string, string>(StringComparer.Ordinal);

    public IDictionary<string, string> Dictionary { get; }

    public bool IsPersistent
    {
        get => Dictionary.ContainsKey(PersistentKey);
        set => Write(PersistentKey, value ? string.Empty : null);
    }

    public string RedirectUri
    {
        get => Read(RedirectKey);
        set => Write(RedirectKey, value);
    }

    public DateTimeOffset? IssuedUtc
    {
        get => ReadTime(IssuedKey);
        set => WriteTime(IssuedKey, value);
    }

    public DateTimeOffset? ExpiresUtc
    {
        get => ReadTime(ExpiresKey);
        set => WriteTime(ExpiresKey, value);
    }

    public bool? AllowRefresh
    {
        get => bool.TryParse(Read(RefreshKey), out var refresh) ? refresh : null;
        set => Write(RefreshKey, value?.ToString());
    }

    private string Read(string key) => Dictionary.TryGetValue(key, out var value) ? value : null;

    private void Write(string key, string value)
    {
        if (value is null)
        {
            Dictionary.Remove(key);
        }
        else
        {
            Dictionary[key] = value;
        }
    }

    private DateTimeOffset? ReadTime(string key) =>
        DateTimeOffset.TryParseExact(
            Read(key), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private void WriteTime(string key, DateTimeOffset? time) => Write(key, time?.ToString("r", CultureInfo.InvariantCulture));
}
