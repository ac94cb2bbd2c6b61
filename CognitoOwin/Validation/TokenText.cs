using System;
using System.Collections.Generic;

namespace CognitoOwin.Validation;

/// <summary>
/// Points to a token inside a longer text, the header. The token is the longest text of most requests, and the cache finds a
/// cached token without copying it out of the header.
/// </summary>
internal readonly struct TokenText(string text, int start, int length)
{
    private const int HashedCharacters = 16;

    private readonly string _text = text;
    private readonly int _start = start;

    public TokenText(string token)
        : this(token, 0, token.Length)
    {
    }

    public int Length { get; } = length;

    /// <summary>
    /// Gets whether the text has only the characters of one token (RFC 6750 §2.1, <c>b64token</c>). A host that joins repeated
    /// headers puts a comma between them. The check reads every character, which takes longer than all other work for a
    /// cached token. Callers therefore ask only for refused tokens; an accepted token has an even smaller alphabet.
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

    /// <summary>Gets a comparer that compares every character and hashes few.</summary>
    public static IEqualityComparer<TokenText> Comparer { get; } = new TextComparer();

    public override string ToString() => _text.Length == Length ? _text : _text.Substring(_start, Length);

    private sealed class TextComparer : IEqualityComparer<TokenText>
    {
        public bool Equals(TokenText one, TokenText other) =>
            one.Length == other.Length && string.CompareOrdinal(one._text, one._start, other._text, other._start, one.Length) == 0;

        // Only the end is hashed: the last characters of a signature are as good as random, and hashing a whole token takes
        // longer than comparing it. A table keeps only tokens that a user pool signed, so nobody can fill it with tokens of one
        // hash.
        public int GetHashCode(TokenText token)
        {
            var hash = 0;
            for (var i = Math.Max(0, token.Length - HashedCharacters); i < token.Length; i++)
            {
                hash = unchecked((hash * 31) + token._text[token._start + i]);
            }

            return hash;
        }
    }
}
