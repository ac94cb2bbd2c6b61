using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using System.Threading;

namespace CognitoOwin.Testing;

/// <summary>A signing key of a <see cref="CognitoTestPool"/>.</summary>
public sealed class TestSigningKey
{
    // To make a key takes from a tenth of a second to several, so a process makes few and uses them again. Each use has a kid
    // of its own, and pools made one after the other have different keys.
    private const int MaximumKeys = 16;

    private static readonly List<RSAParameters> Made = [];
    private static int _uses;

    private readonly RSAParameters _parameters;

    private TestSigningKey(string id, RSAParameters parameters)
    {
        Id = id;
        _parameters = parameters;
    }

    /// <summary>The key's <c>kid</c>: unique in this process.</summary>
    public string Id { get; }

    /// <summary>The public half.</summary>
    public RSAParameters PublicParameters => new() { Modulus = _parameters.Modulus, Exponent = _parameters.Exponent };

    /// <summary>Creates a key of 2048 bits, as Cognito's are.</summary>
    /// <returns>The key.</returns>
    public static TestSigningKey Create()
    {
        var use = Interlocked.Increment(ref _uses) - 1;
        lock (Made)
        {
            var place = use % MaximumKeys;
            while (Made.Count <= place)
            {
                using var rsa = new RSACryptoServiceProvider(2048) { PersistKeyInCsp = false };
                Made.Add(rsa.ExportParameters(includePrivateParameters: true));
            }

            return new TestSigningKey("test-key-" + use.ToString(CultureInfo.InvariantCulture), Made[place]);
        }
    }

    /// <summary>Signs as RS256 does (RFC 7518 §3.3).</summary>
    /// <param name="input">What is signed.</param>
    /// <returns>The signature.</returns>
    public byte[] Sign(byte[] input)
    {
        using var rsa = new RSACryptoServiceProvider { PersistKeyInCsp = false };
        rsa.ImportParameters(_parameters);
        return rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}
