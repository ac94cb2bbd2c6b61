using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Linq;
using System.Web;

namespace Microsoft.Owin.Host.SystemWeb;

/// <summary>System.Web's headers in the shape OWIN wants.</summary>
internal class HeaderView : IDictionary<string, string[]>
{
    private readonly NameValueCollection _headers;

    public HeaderView(NameValueCollection headers) => _headers = headers;

    public virtual ICollection<string> Keys => _headers.AllKeys;

    public ICollection<string[]> Values => Keys.Select(Find).ToList();

    public int Count => Keys.Count;

    public bool IsReadOnly => false;

    public string[] this[string key]
    {
        get => Find(key) ?? throw new KeyNotFoundException(key);
        set => Replace(key, value);
    }

    public bool ContainsKey(string key) => Find(key) is not null;

    public bool TryGetValue(string key, out string[] value) => (value = Find(key)) is not null;

    public void Add(string key, string[] value)
    {
        if (ContainsKey(key))
        {
            throw new ArgumentException("The header is there already: " + key, nameof(key));
        }

        Replace(key, value);
    }

    public bool Remove(string key)
    {
        var found = ContainsKey(key);
        Replace(key, Array.Empty<string>());
        return found;
    }

    public void Add(KeyValuePair<string, string[]> item) => Add(item.Key, item.Value);

    public void Clear() => Keys.ToList().ForEach(key => Remove(key));

    public bool Contains(KeyValuePair<string, string[]> item) => Find(item.Key) is { } values && values.SequenceEqual(item.Value);

    public void CopyTo(KeyValuePair<string, string[]>[] array, int arrayIndex) => this.ToList().CopyTo(array, arrayIndex);

    public bool Remove(KeyValuePair<string, string[]> item) => Contains(item) && Remove(item.Key);

    public IEnumerator<KeyValuePair<string, string[]>> GetEnumerator() =>
        Keys.Select(key => new KeyValuePair<string, string[]>(key, Find(key))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected virtual string[] Find(string key) => _headers.GetValues(key);

    protected virtual void Replace(string key, string[] values)
    {
        _headers.Remove(key);
        foreach (var value in values)
        {
            _headers.Add(key, value);
        }
    }
}

/// <summary>System.Web keeps the content type apart from the other headers, and would send its own beside ours.</summary>
internal sealed class ResponseHeaderView : HeaderView
{
    private const string ContentType = "Content-Type";

    private readonly HttpResponse _response;

    public ResponseHeaderView(HttpResponse response)
        : base(response.Headers) => _response = response;

    public override ICollection<string> Keys =>
        string.IsNullOrEmpty(_response.ContentType)
            ? base.Keys
            : base.Keys.Where(key => !IsContentType(key)).Concat(new[] { ContentType }).ToList();

    protected override string[] Find(string key) =>
        !IsContentType(key) ? base.Find(key)
        : string.IsNullOrEmpty(_response.ContentType) ? null
        : new[] { _response.ContentType };

    protected override void Replace(string key, string[] values)
    {
        if (IsContentType(key))
        {
            _response.ContentType = values.FirstOrDefault();
        }
        else
        {
            base.Replace(key, values);
        }
    }

    private static bool IsContentType(string key) => string.Equals(key, ContentType, StringComparison.OrdinalIgnoreCase);
}
