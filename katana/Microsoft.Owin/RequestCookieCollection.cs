using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace Microsoft.Owin;

public class RequestCookieCollection : IEnumerable<KeyValuePair<string, string>>
{
    private readonly IDictionary<string, string> _store;

    public RequestCookieCollection(IDictionary<string, string> store) => _store = store ?? throw new ArgumentNullException(nameof(store));

    public string this[string key] => _store.TryGetValue(key, out var value) ? value : null;

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _store.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static IDictionary<string, string> Parse(string header) =>
        (header ?? string.Empty)
            .Split(';', ',')
            .Select(pair => pair.Trim().Split(new[] { '=' }, 2))
            .Where(pair => pair.Length == 2)
            .GroupBy(pair => Decode(pair[0]), pair => Decode(pair[1]), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
