using System;
using System.Globalization;

namespace Microsoft.Owin;

public struct HostString : IEquatable<HostString>
{
    public HostString(string value) => Value = value;

    public string Value { get; }

    public static bool operator ==(HostString left, HostString right) => left.Equals(right);

    public static bool operator !=(HostString left, HostString right) => !left.Equals(right);

    public static HostString FromUriComponent(string uriComponent) => new(WithHostName(uriComponent, new IdnMapping().GetUnicode));

    public static HostString FromUriComponent(Uri uri) =>
        FromUriComponent((uri ?? throw new ArgumentNullException(nameof(uri))).GetComponents(UriComponents.HostAndPort, UriFormat.Unescaped));

    public override string ToString() => ToUriComponent();

    public string ToUriComponent() => WithHostName(Value, new IdnMapping().GetAscii);

    public bool Equals(HostString other) => string.Equals(Value, other.Value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object obj) => obj is HostString other && Equals(other);

    public override int GetHashCode() => Value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Value);

    // International names are mapped; an IPv6 address, in brackets, and the port stay as they are.
    private static string WithHostName(string host, Func<string, string> map)
    {
        if (string.IsNullOrEmpty(host) || host[0] == '[')
        {
            return host ?? string.Empty;
        }

        var colon = host.IndexOf(':');
        return colon < 0 ? map(host) : map(host.Substring(0, colon)) + host.Substring(colon);
    }
}
