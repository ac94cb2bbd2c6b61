using System;
using System.Collections.Generic;

namespace CognitoOwin.Json;

/// <summary>
/// Finds a known text by its UTF-8 bytes. All objects that have the text then share it, and need neither time nor memory for a text of
/// their own.
/// </summary>
internal sealed class SharedTexts
{
    private const int HashedBytes = 16;

    // A text is at the index of its hash, or at the next free index after it.
    private readonly Entry?[] _table;
    private readonly ulong _lengths;

    /// <param name="texts">The texts. A text may occur twice.</param>
    public SharedTexts(IReadOnlyCollection<string> texts)
    {
        _table = new Entry?[GetPowerOfTwo(4 * texts.Count)];
        var number = 0;
        foreach (var text in texts)
        {
            var utf8 = StrictJson.Utf8.GetBytes(text);
            var index = GetIndex(utf8);
            while (_table[index] is { } other && other.Text != text)
            {
                index = (index + 1) & (_table.Length - 1);
            }

            _table[index] = new Entry(utf8, text, number++);
            _lengths |= GetLengthBit(utf8.Length);
        }
    }

    /// <summary>Finds a text.</summary>
    /// <param name="utf8">The bytes of the text.</param>
    /// <returns>The text and its place in the list of texts; null if the text is not known.</returns>
    public Entry? Find(ReadOnlySpan<byte> utf8)
    {
        // Most values have a length that no known text has.
        if ((_lengths & GetLengthBit(utf8.Length)) == 0)
        {
            return null;
        }

        for (var i = GetIndex(utf8); _table[i] is { } entry; i = (i + 1) & (_table.Length - 1))
        {
            if (utf8.SequenceEqual(entry.Utf8))
            {
                return entry;
            }
        }

        return null;
    }

    // The texts come from the settings or from this library, so nobody can choose them to have one hash.
    private int GetIndex(ReadOnlySpan<byte> utf8)
    {
        // FNV-1a.
        var hash = 2166136261;
        for (var i = Math.Max(0, utf8.Length - HashedBytes); i < utf8.Length; i++)
        {
            hash = unchecked((hash ^ utf8[i]) * 16777619);
        }

        return (int)(hash & (uint)(_table.Length - 1));
    }

    private static ulong GetLengthBit(int length) => 1UL << (length & 63);

    private static int GetPowerOfTwo(int minimum)
    {
        var power = 16;
        while (power < minimum)
        {
            power *= 2;
        }

        return power;
    }

    internal sealed class Entry(byte[] utf8, string text, int number)
    {
        public byte[] Utf8 { get; } = utf8;

        public string Text { get; } = text;

        public int Number { get; } = number;
    }
}
