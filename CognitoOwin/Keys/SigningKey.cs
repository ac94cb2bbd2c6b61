using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace CognitoOwin.Keys;

/// <summary>Verifies RS256 signatures (RFC 7518 §3.3) with one public key of a user pool, on many threads at once.</summary>
internal sealed class SigningKey(string id, RSAParameters parameters)
{
    private readonly RsaPool _rsaPool = new(parameters);
    private readonly byte[] _modulus = parameters.Modulus;
    private volatile bool _isDropped;

    public string Id { get; } = id;

    /// <summary>Gets the key for callers that verify by themselves, such as Katana's own middleware.</summary>
    public RsaSecurityKey SecurityKey { get; } = new(parameters) { KeyId = id };

    /// <summary>Gets whether the pool no longer lists this key, so that the tokens it verified must be refused.</summary>
    public bool IsDropped => _isDropped;

    public void Drop() => _isDropped = true;

    /// <summary>Verifies a signature.</summary>
    /// <param name="buffer">A buffer that starts with the bytes that the signature covers.</param>
    /// <param name="count">The number of these bytes.</param>
    /// <param name="signature">The signature.</param>
    /// <returns><see langword="true"/> if the signature is this key's; otherwise, <see langword="false"/>.</returns>
    public bool Verify(byte[] buffer, int count, byte[] signature)
    {
        // RFC 8017 §8.2.2, step 1: a signature is exactly as long as the modulus. §5.2.2, step 1: it is a smaller number. Mono
        // does not check the second rule but reduces the number, so that many valid signatures would have a second form.
        if (signature.Length != _modulus.Length || System.MemoryExtensions.SequenceCompareTo<byte>(signature, _modulus) >= 0)
        {
            return false;
        }

        // RSA.VerifyData computes the hash with the library of the system. SHA256.Create() is a managed class if the application
        // targets .NET Framework 4.7.2, and Windows refuses it under its FIPS policy.
        RSA? rsa = null;
        try
        {
            rsa = _rsaPool.Rent();
            return rsa.VerifyData(buffer, 0, count, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            // Some implementations throw for a number that cannot be a signature, or for a key that they cannot use.
            return false;
        }
        finally
        {
            if (rsa != null)
            {
                _rsaPool.Return(rsa);
            }
        }
    }

    public bool IsSameAs(RSAParameters other) =>
        AreEqual(SecurityKey.Parameters.Modulus, other.Modulus) && AreEqual(SecurityKey.Parameters.Exponent, other.Exponent);

    private static bool AreEqual(byte[] left, byte[] right) =>
        System.MemoryExtensions.SequenceEqual<byte>(left, right);
}
