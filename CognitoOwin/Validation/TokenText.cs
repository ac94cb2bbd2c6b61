using System;

namespace CognitoOwin.Validation;

/// <summary>
/// A token where it stands in a longer text, the header. It is the longest text of most requests, and one that was validated
/// before need not be copied out to be found again.
/// </summary>
internal readonly struct TokenText(string text, int start, int length) : IEquatable<TokenText>
{
    private const int Hashed = 16;

    private readonly string _text = text;
    private readonly int _start = start;

    public TokenText(string token)
        : this(token, 0, token.Length)
    {
    }

    public int Length { get; } = length;

    public bool Equals(TokenText other) =>
        Length == other.Length && string.CompareOrdinal(_text, _start, other._text, other._start, Length) == 0;

    public override bool Equals(object? obj) => obj is TokenText other && Equals(other);

    /// <summary>
    /// A hash of the end alone: the last characters of a signature are as good as random, and to hash all of a token takes longer
    /// than to compare it. What stays in a table was signed by a user pool, so that nobody can fill it with tokens of one hash.
    /// </summary>
    public override int GetHashCode()
    {
        var hash = Length;
        for (var i = Math.Max(0, Length - Hashed); i < Length; i++)
        {
            hash = unchecked((hash * 31) + _text[_start + i]);
        }

        return hash;
    }

    public override string ToString() => _text.Length == Length ? _text : _text.Substring(_start, Length);
}
