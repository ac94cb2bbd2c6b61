using System;
using System.Text;

namespace CognitoOwin.Json;

/// <summary>
/// Finds the texts of the names that Cognito's tokens have, so that all tokens share them. A token then needs no memory for its names,
/// and no time to decode them.
/// </summary>
internal static class KnownNames
{
    private const int TableSize = 256;

    // A name is at the index of its hash, or at the next free index after it.
    private static readonly Entry?[] Table = CreateTable(
        "acr", "address", "alg", "amr", "at_hash", "aud", "auth_time", "birthdate", "client_id", "cognito:groups", "cognito:preferred_role",
        "cognito:roles", "cognito:username", "device_key", "e", "email", "email_verified", "event_id", "exp", "family_name", "gender",
        "given_name", "iat", "identities", "iss", "jti", "kid", "kty", "locale", "middle_name", "n", "name", "nbf", "nickname", "nonce",
        "origin_jti", "phone_number", "phone_number_verified", "picture", "preferred_username", "profile", "scope", "sub", "token_use", "typ",
        "updated_at", "use", "username", "version", "website", "zoneinfo");

    /// <summary>Finds a name.</summary>
    /// <param name="utf8">The name.</param>
    /// <param name="number">The number of the name, from 0 to 63.</param>
    /// <returns>The text; null if the name is not known.</returns>
    public static string? Find(ReadOnlySpan<byte> utf8, out int number)
    {
        for (var i = GetHash(utf8); Table[i] is { } entry; i = (i + 1) % TableSize)
        {
            if (utf8.SequenceEqual(entry.Utf8))
            {
                number = entry.Number;
                return entry.Name;
            }
        }

        number = -1;
        return null;
    }

    private static int GetHash(ReadOnlySpan<byte> utf8) =>
        utf8.Length == 0 ? 0 : ((utf8.Length * 7) + (utf8[0] * 31) + (utf8[utf8.Length - 1] * 17) + (utf8[utf8.Length / 2] * 11)) % TableSize;

    private static Entry?[] CreateTable(params string[] names)
    {
        var table = new Entry?[TableSize];
        for (var number = 0; number < names.Length; number++)
        {
            var utf8 = Encoding.ASCII.GetBytes(names[number]);
            var index = GetHash(utf8);
            while (table[index] != null)
            {
                index = (index + 1) % TableSize;
            }

            table[index] = new Entry(utf8, names[number], number);
        }

        return table;
    }

    private sealed class Entry(byte[] utf8, string name, int number)
    {
        public byte[] Utf8 { get; } = utf8;

        public string Name { get; } = name;

        public int Number { get; } = number;
    }
}
