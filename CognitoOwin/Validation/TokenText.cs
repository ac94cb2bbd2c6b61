using System;
using System.Collections.Generic;

namespace CognitoOwin.Validation;

/// <summary>
/// A token where it stands in a longer text, the header. It is the longest text of most requests, and one that was validated
/// before need not be copied out to be found again.
/// </summary>
internal readonly struct TokenText(string text, int start, int length)
{
    private const int Hashed = 16;

    private readonly string _text = text;
    private readonly int _start = start;

    public TokenText(string token)
        : this(token, 0, token.Length)
    {
    }

    public int Length { get; } = length;

    /// <summary>
    /// Whether it has the characters of one token and no others (RFC 6750 §2.1, <c>b64token</c>). A host that joins repeated headers
    /// puts a comma between several. To look at every character takes longer than all else that is done with a token seen before, so
    /// this is asked of those only that were refused: what is accepted has fewer characters to choose from.
    /// </summary>
    public bool IsB64Token
    {
        get
        {
            for (var i = _start; i < _start + Length; i++)
            {
                if (_text[i] is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9')
                    or '-' or '.' or '_' or '~' or '+' or '/' or '='))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Compares every character; hashes few.</summary>
    public static IEqualityComparer<TokenText> Comparer { get; } = new TextComparer();

    public override string ToString() => _text.Length == Length ? _text : _text.Substring(_start, Length);

    private sealed class TextComparer : IEqualityComparer<TokenText>
    {
        public bool Equals(TokenText one, TokenText other) =>
            one.Length == other.Length && string.CompareOrdinal(one._text, one._start, other._text, other._start, one.Length) == 0;

        /// <summary>
        /// A hash of the end alone: the last characters of a signature are as good as random, and to hash all of a token takes longer
        /// than to compare it. What stays in a table was signed by a user pool, so that nobody can fill it with tokens of one hash.
        /// </summary>
        public int GetHashCode(TokenText token)
        {
            var hash = 0;
            for (var i = Math.Max(0, token.Length - Hashed); i < token.Length; i++)
            {
                hash = unchecked((hash * 31) + token._text[token._start + i]);
            }

            return hash;
        }
    }
}
