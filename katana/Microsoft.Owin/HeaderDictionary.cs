using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace Microsoft.Owin;

public interface IHeaderDictionary : IReadableStringCollection, IDictionary<string, string[]>
{
    new string this[string key] { get; set; }

    IList<string> GetCommaSeparatedValues(string key);

    void Append(string key, string value);

    void AppendValues(string key, params string[] values);

    void AppendCommaSeparatedValues(string key, params string[] values);

    void Set(string key, string value);

    void SetValues(string key, params string[] values);

    void SetCommaSeparatedValues(string key, params string[] values);
}

public class HeaderDictionary : IHeaderDictionary
{
    // A value, or a quoted string in which a comma does not separate.
    private static readonly Regex CommaSeparated = new(@"(?:[^,""]|""(?:[^""\\]|\\.)*""?)+", RegexOptions.CultureInvariant);

    private readonly IDictionary<string, string[]> _store;

    public HeaderDictionary(IDictionary<string, string[]> store) => _store = store ?? throw new ArgumentNullException(nameof(store));

    public ICollection<string> Keys => _store.Keys;

    public ICollection<string[]> Values => _store.Values;

    public int Count => _store.Count;

    public bool IsReadOnly => _store.IsReadOnly;

    public string this[string key]
    {
        get => Get(key);
        set => Set(key, value);
    }

    string[] IDictionary<string, string[]>.this[string key]
    {
        get => _store[key];
        set => _store[key] = value;
    }

    public IEnumerator<KeyValuePair<string, string[]>> GetEnumerator() => _store.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public string Get(string key) => Find(key) is { } values ? string.Join(",", values) : null;

    public IList<string> GetValues(string key) => Find(key);

    public IList<string> GetCommaSeparatedValues(string key) =>
        Find(key)?.SelectMany(Split).Select(Unquote).Where(value => value.Length > 0).ToArray();

    public void Append(string key, string value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            Set(key, Get(key) is { } existing ? existing + "," + value : value);
        }
    }

    public void AppendValues(string key, params string[] values)
    {
        if (values is { Length: > 0 })
        {
            SetValues(key, (Find(key) ?? Array.Empty<string>()).Concat(values).ToArray());
        }
    }

    public void AppendCommaSeparatedValues(string key, params string[] values)
    {
        if (values is { Length: > 0 })
        {
            Append(key, string.Join(",", values.Select(Quote)));
        }
    }

    public void Set(string key, string value)
    {
        RequireName(key);
        if (string.IsNullOrWhiteSpace(value))
        {
            _store.Remove(key);
        }
        else
        {
            _store[key] = new[] { value };
        }
    }

    public void SetValues(string key, params string[] values)
    {
        RequireName(key);
        if (values is { Length: > 0 })
        {
            _store[key] = values;
        }
        else
        {
            _store.Remove(key);
        }
    }

    public void SetCommaSeparatedValues(string key, params string[] values) =>
        Set(key, values is null ? null : string.Join(",", values.Select(Quote)));

    public void Add(string key, string[] value) => _store.Add(key, value);

    public bool ContainsKey(string key) => _store.ContainsKey(key);

    public bool Remove(string key) => _store.Remove(key);

    public bool TryGetValue(string key, out string[] value) => _store.TryGetValue(key, out value);

    public void Add(KeyValuePair<string, string[]> item) => _store.Add(item);

    public void Clear() => _store.Clear();

    public bool Contains(KeyValuePair<string, string[]> item) => _store.Contains(item);

    public void CopyTo(KeyValuePair<string, string[]>[] array, int arrayIndex) => _store.CopyTo(array, arrayIndex);

    public bool Remove(KeyValuePair<string, string[]> item) => _store.Remove(item);

    private static void RequireName(string key)
    {
        if (string.IsNullOrWhiteSpace(key))
        {
            throw new ArgumentNullException(nameof(key));
        }
    }

    private static IEnumerable<string> Split(string value) =>
        CommaSeparated.Matches(value).Cast<Match>().Select(match => match.Value.Trim());

    private static string Unquote(string value) =>
        value.Length > 1 && value[0] == '"' && value[value.Length - 1] == '"' ? value.Substring(1, value.Length - 2) : value;

    private static string Quote(string value) => value is not null && value.Contains(",") && value[0] != '"' ? "\"" + value + "\"" : value;

    private string[] Find(string key)
    {
        RequireName(key);
        return _store.TryGetValue(key, out var values) ? values : null;
    }
}
