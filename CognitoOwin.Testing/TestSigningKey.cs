using System;
using System.Collections.Concurrent;
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

    private static readonly List<(RSAParameters Parameters, ConcurrentBag<RSA> Idle)> Created = [];
    private static int _uses;

    // No two threads use an RSA object at the same time. .NET takes five times as long to import a private key as to sign with it.
    private readonly (RSAParameters Parameters, ConcurrentBag<RSA> Idle) _key;

    private TestSigningKey(string id, (RSAParameters Parameters, ConcurrentBag<RSA> Idle) key)
    {
        Id = id;
        _key = key;
    }

    /// <summary>Gets the key's <c>kid</c>, which is unique in this process.</summary>
    public string Id { get; }

    /// <summary>Gets the public part of the key.</summary>
    public RSAParameters PublicParameters => new() { Modulus = _key.Parameters.Modulus, Exponent = _key.Parameters.Exponent };

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
                var rsa = new RSACryptoServiceProvider(2048) { PersistKeyInCsp = false };
                Created.Add((rsa.ExportParameters(includePrivateParameters: true), [rsa]));
            }

            return new TestSigningKey("test-key-" + use.ToString(CultureInfo.InvariantCulture), Created[place]);
        }
    }

    /// <summary>Signs with RS256 (RFC 7518 §3.3).</summary>
    /// <param name="input">The bytes to sign.</param>
    /// <returns>The signature.</returns>
    public byte[] Sign(byte[] input)
    {
        if (!_key.Idle.TryTake(out var rsa))
        {
            rsa = new RSACryptoServiceProvider { PersistKeyInCsp = false };
            rsa.ImportParameters(_key.Parameters);
        }

        try
        {
            return rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        finally
        {
            _key.Idle.Add(rsa);
        }
    }
}
