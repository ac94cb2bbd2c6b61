using System;
using System.Collections.Generic;

namespace CognitoOwin.Json;

/// <summary>
/// Finds a known text by its UTF-8 bytes. All objects that have the text then share it, and need neither time nor memory for a text of
/// their own.
/// </summary>
internal sealed class SharedTexts
{
    private const int HashedBytes = 8;

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
            var index = GetIndex(utf8, 0, utf8.Length);
            while (_table[index] is { } other && other.Text != text)
            {
                index = (index + 1) & (_table.Length - 1);
            }

            _table[index] = new Entry(utf8, text, number++);
            _lengths |= GetLengthBit(utf8.Length);
        }
    }

    /// <summary>Finds a text.</summary>
    /// <param name="text">An equal text.</param>
    /// <returns>The text and its place in the list of texts; null if the text is not known.</returns>
    public Entry? Find(string text)
    {
        var utf8 = StrictJson.Utf8.GetBytes(text);
        return Find(utf8, 0, utf8.Length);
    }

    /// <summary>Finds a text.</summary>
    /// <param name="utf8">An array with the bytes of the text. Under Mono, an array is faster than a span.</param>
    /// <param name="start">The index of the first byte.</param>
    /// <param name="length">The number of bytes.</param>
    /// <returns>The text and its place in the list of texts; null if the text is not known.</returns>
    public Entry? Find(byte[] utf8, int start, int length)
    {
        // Most values have a length that no known text has.
        if ((_lengths & GetLengthBit(length)) == 0)
        {
            return null;
        }

        for (var i = GetIndex(utf8, start, length); _table[i] is { } entry; i = (i + 1) & (_table.Length - 1))
        {
            if (AreEqual(entry.Utf8, utf8, start, length))
            {
                return entry;
            }
        }

        return null;
    }

    // The texts come from the settings or from this library, so nobody can choose them to have one hash.
    private int GetIndex(byte[] utf8, int start, int length)
    {
        // FNV-1a of the length and the last bytes.
        var hash = (uint)length;
        for (var i = start + Math.Max(0, length - HashedBytes); i < start + length; i++)
        {
            hash = unchecked((hash ^ utf8[i]) * 16777619);
        }

        return (int)(hash & (uint)(_table.Length - 1));
    }

    private static bool AreEqual(byte[] known, byte[] utf8, int start, int length)
    {
        if (known.Length != length)
        {
            return false;
        }

        for (var i = 0; i < known.Length; i++)
        {
            if (known[i] != utf8[start + i])
            {
                return false;
            }
        }

        return true;
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
