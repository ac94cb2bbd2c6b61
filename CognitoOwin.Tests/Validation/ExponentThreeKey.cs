using System;
using System.Globalization;
using System.Linq;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using CognitoOwin.Testing;

namespace CognitoOwin.Tests.Validation;

/// <summary>
/// An RSA key of 2048 bits with the exponent 3. If a verifier does not check the padding strictly, cube roots forge signatures of such
/// a key (Bleichenbacher 2006). Its primes are public here, because only these tests use it.
/// </summary>
internal static class ExponentThreeKey
{
    public const string Id = "exponent-three";

    // DigestInfo of RFC 8017 §9.2, without the hash.
    public static readonly byte[] Sha256Info = FromHex("3031300d060960864801650304020105000420");
    public static readonly byte[] Sha256InfoWithoutNull = FromHex("302f300b0609608648016503040201" + "0420");
    public static readonly byte[] Sha512InfoForShorterHash = FromHex("3031300d060960864801650304020305000420");
    public static readonly byte[] Sha1Info = FromHex("3021300906052b0e03021a05000414");

    private const int Length = 256;

    private static readonly BigInteger P = ToNumber(FromHex(
        "ee62404643f8983bba1b0097300797d05faf7dd29cf2a931773fd5889bfd8e6df1c6cb94222516c13a4e05b9a7764054b3503ed4ee6ccb588a64ca3fd46721c3" +
        "e7349ef510efd870bb4f560ce4f5a888720476bcd4615d5877d3dfb28cc8bf4a6fbfc4ede2544e87218bdd8e1b81721c4f17909ac04685c67e0d11fd3c5eb6cb"));

    private static readonly BigInteger Q = ToNumber(FromHex(
        "e08871e62c1b1b5396d04b2e0ee4d002c6d3311e778c41c899874968bbe1bc8d7db119cce069a98ef6c5c9f97b6f63eac12112b301f1020ccf2a5eddb6dc36f1" +
        "114dc540893ae1af57e374a0eceb7814e0fea5f92f2f48f11a6b633b8d7d89821148a5cd4dbb91f1072a08dc7c7c7e3d9b554a20b4386ea956167d649e46006f"));

    // 3d = 1 + 2φ(n), because φ(n) leaves a remainder of 1 when divided by 3.
    private static readonly BigInteger PrivateExponent = (1 + (2 * (P - 1) * (Q - 1))) / 3;

    /// <summary>A JWKS that contains only this key.</summary>
    public static string Jwks =>
        $$"""{"keys":[{"alg":"RS256","e":"Aw","kid":"{{Id}}","kty":"RSA","n":"{{Base64UrlText.Encode(ToBytes(P * Q))}}","use":"sig"}]}""";

    /// <summary>Creates a token. <paramref name="sign"/> turns the hash of the signing input into its signature.</summary>
    public static string CreateToken(CognitoTestPool pool, Func<byte[], byte[]> sign, HashAlgorithm? algorithm = null, bool withOddHash = false)
    {
        for (var attempt = 0; ; attempt++)
        {
            var parts = pool.IdToken().WithHeader("kid", Id).WithClaim("attempt", attempt).ToString().Split('.');
            using var sha256 = SHA256.Create();
            var hash = (algorithm ?? sha256).ComputeHash(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]));
            if (!withOddHash || (hash[hash.Length - 1] & 1) == 1)
            {
                return $"{parts[0]}.{parts[1]}.{Base64UrlText.Encode(sign(hash))}";
            }
        }
    }

    /// <summary>Signs as the owner of the key: 00 01 FF… 00, then <paramref name="content"/> at the end.</summary>
    public static byte[] SignPadded(params byte[][] content)
    {
        var info = content.SelectMany(bytes => bytes).ToArray();
        return Sign([0, 1, .. Enumerable.Repeat((byte)0xFF, Length - 3 - info.Length), 0, .. info]);
    }

    /// <summary>Signs any block of 256 bytes as the owner of the key.</summary>
    public static byte[] Sign(byte[] block) => ToBytes(BigInteger.ModPow(ToNumber(block), PrivateExponent, P * Q));

    /// <summary>Computes, without the private key, a number whose cube begins with these bytes.</summary>
    public static byte[] ComputeCubeRoot(params byte[][] beginning) => ToBytes(FindCubeRoot(beginning));

    /// <summary>Computes, without the private key, a number whose cube begins with <paramref name="beginning"/> and ends with <paramref name="end"/>.</summary>
    public static byte[] ComputeCubeRoot(byte[] beginning, byte[] end)
    {
        // Find the root bit by bit from the right. For an odd number, bit k of the root changes bit k of the cube and no bit
        // below it.
        var wanted = ToNumber(end);
        var low = BigInteger.Zero;
        for (var bit = 0; bit < end.Length * 8; bit++)
        {
            if (!((BigInteger.Pow(low, 3) - wanted) & (BigInteger.One << bit)).IsZero)
            {
                low |= BigInteger.One << bit;
            }
        }

        var mask = (BigInteger.One << (end.Length * 8)) - 1;
        return ToBytes((FindCubeRoot(beginning) & ~mask) + (mask + 1) + low);
    }

    /// <summary>Computes the block that a verifier gets from a signature.</summary>
    public static byte[] Open(byte[] signature) => ToBytes(BigInteger.ModPow(ToNumber(signature), 3, P * Q));

    private static BigInteger FindCubeRoot(params byte[][] beginning)
    {
        byte[] block = [.. beginning.SelectMany(bytes => bytes)];
        Array.Resize(ref block, Length);
        var target = ToNumber(block);
        BigInteger low = 0, high = BigInteger.One << 700;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (BigInteger.Pow(middle, 3) < target)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static BigInteger ToNumber(byte[] bigEndian) => new([.. Enumerable.Reverse(bigEndian), 0]);

    private static byte[] ToBytes(BigInteger number)
    {
        var bytes = number.ToByteArray();
        Array.Resize(ref bytes, Length);
        Array.Reverse(bytes);
        return bytes;
    }

    private static byte[] FromHex(string hex) =>
        [.. Enumerable.Range(0, hex.Length / 2).Select(i => byte.Parse(hex.Substring(2 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
}
