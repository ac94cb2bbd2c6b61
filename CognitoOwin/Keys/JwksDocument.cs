using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using CognitoOwin.Json;

namespace CognitoOwin.Keys;

/// <summary>Reads a JWK Set (RFC 7517 §5) and keeps the keys that can verify a Cognito token.</summary>
internal static class JwksDocument
{
    /// <summary>Limits the size of a document: 64 KiB. Cognito's has two keys in less than 1 KiB.</summary>
    public const int MaximumBytes = 64 * 1024;

    private const int MaximumKeys = 100;

    // NIST SP 800-131A and RFC 7518 §3.3 ask for 2048 bits or more. Above 8192 bits a verification is slow enough for an attack.
    private const int MinimumModulusBytes = 2048 / 8;
    private const int MaximumModulusBytes = 8192 / 8;

    /// <summary>Reads a document.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="skipped">Receives one sentence for every entry that is left out.</param>
    /// <returns>The keys by their <c>kid</c>.</returns>
    /// <exception cref="JwksException">The document is not a JWK Set, or has no usable key.</exception>
    public static Dictionary<string, RSAParameters> Read(byte[] utf8, Action<string> skipped)
    {
        if (utf8.Length > MaximumBytes)
        {
            throw new JwksException(JwksFailure.TooLarge, $"The JWK Set is larger than {MaximumBytes} bytes.");
        }

        if (StrictJson.ParseObject(GetJson(utf8)) is not { } document || !document.TryGetValue("keys", out var keyList) || keyList.Items is not { } entries)
        {
            throw new JwksException(JwksFailure.NotAJwks, "It is not a JWK Set: expected a JSON object with a list \"keys\".");
        }

        if (entries.Length > MaximumKeys)
        {
            throw new JwksException(JwksFailure.TooLarge, $"The JWK Set has more than {MaximumKeys} keys.");
        }

        var keys = new Dictionary<string, RSAParameters>(StringComparer.Ordinal);
        var listed = new Dictionary<string, JsonMembers>(StringComparer.Ordinal);
        var ambiguous = new HashSet<string>(StringComparer.Ordinal);
        var position = 0;
        foreach (var entry in entries)
        {
            position++;
            var members = entry.Members;
            if (GetSkipReason(members, out var id, out var parameters) is { } reason)
            {
                skipped(string.Format(CultureInfo.InvariantCulture, "Key {0} of the JWK Set is left out: {1}.", position, reason));
            }
            else if (!listed.TryGetValue(id, out var same))
            {
                listed.Add(id, members!);
                keys.Add(id, parameters);
            }
            else if (!AreEqual(same, members!))
            {
                // Two keys have one kid, so a token does not say which of them signed it. One key that is listed twice is one key.
                ambiguous.Add(id);
            }
        }

        foreach (var id in ambiguous)
        {
            keys.Remove(id);
            skipped("Two or more keys of the JWK Set have the same kid; all of them are left out.");
        }

        return keys.Count > 0
            ? keys
            : throw new JwksException(JwksFailure.NoUsableKey, "The JWK Set has no RSA key that can verify an RS256 signature.");
    }

    // Editors on Windows write a byte order mark before UTF-8. RFC 8259 §8.1 allows a reader to ignore it.
    private static byte[] GetJson(byte[] document)
    {
        if (document.Length >= 2
            && ((document[0], document[1]) is (0xFF, 0xFE) or (0xFE, 0xFF) || document[0] == 0 || document[1] == 0))
        {
            throw new JwksException(JwksFailure.NotAJwks, "It is text in UTF-16: expected UTF-8.");
        }

        return document.Length >= 3 && document[0] == 0xEF && document[1] == 0xBB && document[2] == 0xBF
            ? document.AsSpan(3).ToArray()
            : document;
    }

    private static bool AreEqual(JsonMembers one, JsonMembers other)
    {
        if (one.Count != other.Count)
        {
            return false;
        }

        foreach (var member in one)
        {
            if (!other.TryGetValue(member.Key, out var value) || value.Type != member.Value.Type || value.Text != member.Value.Text)
            {
                return false;
            }
        }

        return true;
    }

    private static string? GetSkipReason(JsonMembers? entry, out string id, out RSAParameters parameters)
    {
        id = "";
        parameters = default;
        if (entry == null)
        {
            return "it is not an object";
        }

        if (entry.GetString("kty") != "RSA")
        {
            return "its kty is not RSA";
        }

        if (entry.TryGetValue("use", out var use) && use.String != "sig")
        {
            return "its use is not sig";
        }

        if (entry.TryGetValue("alg", out var algorithm) && algorithm.String != "RS256")
        {
            return "its alg is not RS256";
        }

        if (entry.TryGetValue("key_ops", out var operations) && !AllowsToVerify(operations))
        {
            return "its key_ops lack verify";
        }

        id = entry.GetString("kid") ?? "";
        if (id.Length == 0)
        {
            return "it has no kid";
        }

        if (!TryReadNumber(entry, "n", out var modulus)
            || modulus.Length is < MinimumModulusBytes or > MaximumModulusBytes
            || (modulus.Length == MinimumModulusBytes && modulus[0] < 0x80)
            || (modulus[modulus.Length - 1] & 1) == 0)
        {
            return "its modulus is not an odd number of 2048 to 8192 bits";
        }

        if (!TryReadNumber(entry, "e", out var exponent) || !IsUsableExponent(exponent))
        {
            return "its exponent is not an odd number from 3 to 4294967295";
        }

        parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
        return null;
    }

    // RFC 7517 §4.3: key_ops lists what the key may be used for.
    private static bool AllowsToVerify(JsonValue operations) =>
        operations.Items is { } items && Array.Exists(items, static operation => operation.String == "verify");

    // RFC 8017 §3.1 asks for an odd exponent of 3 or more. Every RSA implementation accepts 32 bits.
    private static bool IsUsableExponent(byte[] exponent) =>
        exponent.Length <= 4 && (exponent[exponent.Length - 1] & 1) == 1 && (exponent.Length > 1 || exponent[0] >= 3);

    // RFC 7518 §2, Base64urlUInt: big-endian without leading zeros. Some libraries write leading zeros anyway, so they are
    // removed.
    private static bool TryReadNumber(JsonMembers entry, string name, out byte[] number)
    {
        number = entry.GetString(name) is { } text ? Base64Url.Decode(text) ?? [] : [];
        var zeros = 0;
        while (zeros < number.Length && number[zeros] == 0)
        {
            zeros++;
        }

        number = number.AsSpan(zeros).ToArray();
        return number.Length > 0;
    }
}
