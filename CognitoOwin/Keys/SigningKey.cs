using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace CognitoOwin.Keys;

/// <summary>One public key of a user pool, ready to verify RS256 signatures (RFC 7518 §3.3) on many threads at once.</summary>
internal sealed class SigningKey
{
    // IdentityModel keeps a pool of RSA objects behind a provider: an RSA object of .NET Framework is for one thread at a time.
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

    /// <summary>Whether the pool no longer lists this key. What was verified with it is then worth nothing.</summary>
    public bool IsDropped => _isDropped;

    public void Drop() => _isDropped = true;

    public bool Verify(byte[] input, byte[] signature)
    {
        // RFC 8017 §8.2.2, step 1: a signature is as long as the modulus, no longer and no shorter. §5.2.2, step 1: and less. Mono takes
        // the rest of a division by the modulus, so that many a good signature would have a second spelling.
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
            // Some implementations throw for a number that is no signature, such as one above the modulus.
            return false;
        }
    }

    public bool IsSameAs(RSAParameters parameters) =>
        SameBytes(SecurityKey.Parameters.Modulus, parameters.Modulus) && SameBytes(SecurityKey.Parameters.Exponent, parameters.Exponent);

    private static bool SameBytes(byte[] left, byte[] right) =>
        System.MemoryExtensions.SequenceEqual<byte>(left, right);
}
