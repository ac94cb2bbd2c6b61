using System;
using System.Collections;
using System.Collections.Generic;

namespace Microsoft.Owin;

public interface IReadableStringCollection : IEnumerable<KeyValuePair<string, string[]>>
{
    string this[string key] { get; }

    string Get(string key);

    IList<string> GetValues(string key);
}

public interface IFormCollection : IReadableStringCollection
{
}

public class ReadableStringCollection : IReadableStringCollection
{
    private readonly IDictionary<string, string[]> _store;

    public ReadableStringCollection(IDictionary<string, string[]> store) =>
        _store = store ?? throw new ArgumentNullException(nameof(store));

    public string this[string key] => Get(key);

    public string Get(string key) => GetValues(key) is string[] values ? string.Join(",", values) : null;

    public IList<string> GetValues(string key) => _store.TryGetValue(key, out var values) ? values : null;

    public IEnumerator<KeyValuePair<string, string[]>> GetEnumerator() => _store.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

public class FormCollection : ReadableStringCollection, IFormCollection
{
    public FormCollection(IDictionary<string, string[]> store)
        : base(store)
    {
    }
}
