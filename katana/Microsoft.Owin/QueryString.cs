using System;

namespace Microsoft.Owin;

public struct QueryString : IEquatable<QueryString>
{
    public static readonly QueryString Empty = new(string.Empty);

    /// <param name="value">Escaped, without the leading question mark.</param>
    public QueryString(string value) => Value = value;

    public QueryString(string name, string value)
        : this(Uri.EscapeDataString(name) + "=" + Uri.EscapeDataString(value))
    {
    }

    public string Value { get; }

    public bool HasValue => !string.IsNullOrWhiteSpace(Value);

    public static bool operator ==(QueryString left, QueryString right) => left.Equals(right);

    public static bool operator !=(QueryString left, QueryString right) => !left.Equals(right);

    public static QueryString FromUriComponent(string uriComponent)
    {
        if (string.IsNullOrEmpty(uriComponent))
        {
            return new QueryString(string.Empty);
        }

        return uriComponent[0] == '?'
            ? new QueryString(uriComponent.Substring(1))
            : throw new ArgumentException("The query string must start with a '?'.", nameof(uriComponent));
    }

    public static QueryString FromUriComponent(Uri uri) =>
        new((uri ?? throw new ArgumentNullException(nameof(uri))).GetComponents(UriComponents.Query, UriFormat.UriEscaped));

    public override string ToString() => ToUriComponent();

    // The value is escaped already; only what would end the query must go.
    public string ToUriComponent() => HasValue ? "?" + Value.Replace("#", "%23") : string.Empty;

    public bool Equals(QueryString other) => string.Equals(Value, other.Value, StringComparison.Ordinal);

    public override bool Equals(object obj) => obj is QueryString other && Equals(other);

    public override int GetHashCode() => Value?.GetHashCode() ?? 0;
}
