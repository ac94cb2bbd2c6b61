using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using System.Threading;

namespace CognitoOwin.Testing;

/// <summary>Signs the tokens of a <see cref="CognitoTestPool"/>.</summary>
public sealed class TestSigningKey
{
    // Creating a key takes from a tenth of a second to several seconds, so a process creates few and uses them again. Each use
    // has its own kid, and pools that are created one after the other have different keys.
    private const int MaximumKeys = 16;

    private static readonly List<RSAParameters> Created = [];
    private static int _uses;

    private readonly RSAParameters _parameters;

    private TestSigningKey(string id, RSAParameters parameters)
    {
        Id = id;
        _parameters = parameters;
    }

    /// <summary>Gets the key's <c>kid</c>, which is unique in this process.</summary>
    public string Id { get; }

    /// <summary>Gets the public part of the key.</summary>
    public RSAParameters PublicParameters => new() { Modulus = _parameters.Modulus, Exponent = _parameters.Exponent };

    /// <summary>Creates a key of 2048 bits, like Cognito's.</summary>
    /// <returns>The key.</returns>
    public static TestSigningKey Create()
    {
        var use = Interlocked.Increment(ref _uses) - 1;
        lock (Created)
        {
            var place = use % MaximumKeys;
            while (Created.Count <= place)
            {
                using var rsa = new RSACryptoServiceProvider(2048) { PersistKeyInCsp = false };
                Created.Add(rsa.ExportParameters(includePrivateParameters: true));
            }

            return new TestSigningKey("test-key-" + use.ToString(CultureInfo.InvariantCulture), Created[place]);
        }
    }

    /// <summary>Signs with RS256 (RFC 7518 §3.3).</summary>
    /// <param name="input">The bytes to sign.</param>
    /// <returns>The signature.</returns>
    public byte[] Sign(byte[] input)
    {
        using var rsa = new RSACryptoServiceProvider { PersistKeyInCsp = false };
        rsa.ImportParameters(_parameters);
        return rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}
