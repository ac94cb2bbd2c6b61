using System;
using System.Text;

namespace Microsoft.Owin;

public struct PathString : IEquatable<PathString>
{
    public static readonly PathString Empty = new(string.Empty);

    public PathString(string value)
    {
        if (!string.IsNullOrEmpty(value) && value[0] != '/')
        {
            throw new ArgumentException("The path must start with a '/'.", nameof(value));
        }

        Value = value;
    }

    public string Value { get; }

    public bool HasValue => !string.IsNullOrEmpty(Value);

    public static bool operator ==(PathString left, PathString right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);

    public static bool operator !=(PathString left, PathString right) => !left.Equals(right, StringComparison.OrdinalIgnoreCase);

    public static PathString operator +(PathString left, PathString right) => left.Add(right);

    public static string operator +(PathString left, QueryString right) => left.Add(right);

    public static PathString FromUriComponent(string uriComponent) => new(Uri.UnescapeDataString(uriComponent));

    public static PathString FromUriComponent(Uri uri) =>
        new("/" + (uri ?? throw new ArgumentNullException(nameof(uri))).GetComponents(UriComponents.Path, UriFormat.Unescaped));

    public override string ToString() => ToUriComponent();

    public string ToUriComponent()
    {
        if (!HasValue)
        {
            return string.Empty;
        }

        var escaped = new StringBuilder(Value.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(Value))
        {
            if (IsPathCharacter((char)octet))
            {
                escaped.Append((char)octet);
            }
            else
            {
                escaped.Append(Uri.HexEscape((char)octet));
            }
        }

        return escaped.ToString();
    }

    public bool StartsWithSegments(PathString other) => StartsWithSegments(other, out _);

    public bool StartsWithSegments(PathString other, out PathString remaining)
    {
        var (value, start) = (Value ?? string.Empty, other.Value ?? string.Empty);
        if (value.StartsWith(start, StringComparison.OrdinalIgnoreCase) && (value.Length == start.Length || value[start.Length] == '/'))
        {
            remaining = new PathString(value.Substring(start.Length));
            return true;
        }

        remaining = Empty;
        return false;
    }

    public PathString Add(PathString other) =>
        HasValue && other.HasValue && Value[Value.Length - 1] == '/'
            ? new PathString(Value + other.Value.Substring(1))
            : new PathString(Value + other.Value);

    public string Add(QueryString other) => ToUriComponent() + other.ToUriComponent();

    public bool Equals(PathString other) => Equals(other, StringComparison.OrdinalIgnoreCase);

    public bool Equals(PathString other, StringComparison comparisonType) => string.Equals(Value, other.Value, comparisonType);

    public override bool Equals(object obj) => obj is PathString other && Equals(other);

    public override int GetHashCode() => Value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Value);

    // RFC 3986 §3.3: pchar, and the slash between segments.
    private static bool IsPathCharacter(char octet) =>
        octet is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') || "/-._~!$&'()*+,;=:@".IndexOf(octet) >= 0;
}
