using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace CognitoOwin.Keys;

/// <summary>Verifies RS256 signatures (RFC 7518 §3.3) with one public key of a user pool, on many threads at once.</summary>
internal sealed class SigningKey
{
    // An RSA object of .NET Framework serves one thread at a time. IdentityModel's provider has a pool of them.
    private readonly SignatureProvider _verifier;
    private readonly byte[] _modulus;
    private volatile bool _isDropped;

    public SigningKey(string id, RSAParameters parameters)
    {
        Id = id;
        SecurityKey = new RsaSecurityKey(parameters)
        {
            KeyId = id,
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        };
        _modulus = parameters.Modulus;
        _verifier = SecurityKey.CryptoProviderFactory.CreateForVerifying(SecurityKey, SecurityAlgorithms.RsaSha256);
    }

    public string Id { get; }

    public RsaSecurityKey SecurityKey { get; }

    /// <summary>Gets whether the pool no longer lists this key, so that the tokens it verified must be refused.</summary>
    public bool IsDropped => _isDropped;

    public void Drop() => _isDropped = true;

    /// <summary>Verifies a signature.</summary>
    /// <param name="input">The bytes that the signature covers.</param>
    /// <param name="signature">The signature.</param>
    /// <returns><see langword="true"/> if the signature is this key's; otherwise, <see langword="false"/>.</returns>
    public bool Verify(byte[] input, byte[] signature)
    {
        // RFC 8017 §8.2.2, step 1: a signature is exactly as long as the modulus. §5.2.2, step 1: it is a smaller number. Mono
        // does not check the second rule but reduces the number, so that many valid signatures would have a second form.
        if (signature.Length != _modulus.Length || System.MemoryExtensions.SequenceCompareTo<byte>(signature, _modulus) >= 0)
        {
            return false;
        }

        try
        {
            return _verifier.Verify(input, signature);
        }
        catch (CryptographicException)
        {
            // Some implementations throw for a number that cannot be a signature.
            return false;
        }
    }

    public bool IsSameAs(RSAParameters parameters) =>
        AreEqual(SecurityKey.Parameters.Modulus, parameters.Modulus) && AreEqual(SecurityKey.Parameters.Exponent, parameters.Exponent);

    private static bool AreEqual(byte[] left, byte[] right) =>
        System.MemoryExtensions.SequenceEqual<byte>(left, right);
}
