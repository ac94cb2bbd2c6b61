using System;
using System.Security.Cryptography;
using System.Threading;

namespace CognitoOwin.Keys;

/// <summary>Keeps RSA objects of one public key for reuse, because an RSA object of .NET Framework serves one thread at a time.</summary>
/// <param name="parameters">The public key.</param>
internal sealed class RsaPool(RSAParameters parameters)
{
    private readonly RSA?[] _idle = new RSA?[Environment.ProcessorCount];

    /// <summary>Takes an RSA object out of the pool, or creates one. It belongs to the caller until it is returned.</summary>
    /// <returns>The object.</returns>
    public RSA Rent()
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] != null && Interlocked.Exchange(ref _idle[i], null) is { } idle)
            {
                return idle;
            }
        }

        var rsa = RSA.Create();
        rsa.ImportParameters(parameters);
        return rsa;
    }

    /// <summary>Puts an RSA object back into the pool, or disposes it if the pool is full.</summary>
    /// <param name="rsa">The object.</param>
    public void Return(RSA rsa)
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] == null && Interlocked.CompareExchange(ref _idle[i], rsa, null) == null)
            {
                return;
            }
        }

        rsa.Dispose();
    }
}
