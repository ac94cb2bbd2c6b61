using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Microsoft.Owin.BuilderProperties;

public struct AppProperties
{
    public AppProperties(IDictionary<string, object> dictionary) => Dictionary = dictionary;

    public IDictionary<string, object> Dictionary { get; }

    public string OwinVersion
    {
        get => Get<string>(OwinKeys.Version);
        set => Set(OwinKeys.Version, value);
    }

    public Func<IDictionary<string, object>, Task> DefaultApp
    {
        get => Get<Func<IDictionary<string, object>, Task>>(OwinKeys.DefaultApp);
        set => Set(OwinKeys.DefaultApp, value);
    }

    public Action<Delegate> AddSignatureConversionDelegate
    {
        get => Get<Action<Delegate>>(OwinKeys.AddSignatureConversion);
        set => Set(OwinKeys.AddSignatureConversion, value);
    }

    public string AppName
    {
        get => Get<string>(OwinKeys.AppName);
        set => Set(OwinKeys.AppName, value);
    }

    public TextWriter TraceOutput
    {
        get => Get<TextWriter>(OwinKeys.TraceOutput);
        set => Set(OwinKeys.TraceOutput, value);
    }

    public CancellationToken OnAppDisposing
    {
        get => Get<CancellationToken>(OwinKeys.OnAppDisposing);
        set => Set(OwinKeys.OnAppDisposing, value);
    }

    public static bool operator ==(AppProperties left, AppProperties right) => left.Equals(right);

    public static bool operator !=(AppProperties left, AppProperties right) => !left.Equals(right);

    public bool Equals(AppProperties other) => Equals(Dictionary, other.Dictionary);

    public override bool Equals(object obj) => obj is AppProperties other && Equals(other);

    public override int GetHashCode() => Dictionary?.GetHashCode() ?? 0;

    public T Get<T>(string key) => Dictionary.TryGetValue(key, out var value) ? (T)value : default;

    public AppProperties Set(string key, object value)
    {
        Dictionary[key] = value;
        return this;
    }
}
