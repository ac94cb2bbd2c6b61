using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace Microsoft.Owin.Security.Jwt;

public interface IIssuerSecurityKeyProvider
{
    string Issuer { get; }

    IEnumerable<SecurityKey> SecurityKeys { get; }
}

public class SymmetricKeyIssuerSecurityKeyProvider : IIssuerSecurityKeyProvider
{
    public SymmetricKeyIssuerSecurityKeyProvider(string issuer, byte[] key)
        : this(issuer, new[] { key })
    {
    }

    public SymmetricKeyIssuerSecurityKeyProvider(string issuer, IEnumerable<byte[]> keys)
    {
        Issuer = !string.IsNullOrWhiteSpace(issuer) ? issuer : throw new ArgumentNullException(nameof(issuer));
        SecurityKeys = (keys ?? throw new ArgumentNullException(nameof(keys))).Select(key => new SymmetricSecurityKey(key)).ToList();
    }

    public SymmetricKeyIssuerSecurityKeyProvider(string issuer, string base64Key)
        : this(issuer, new[] { base64Key })
    {
    }

    public SymmetricKeyIssuerSecurityKeyProvider(string issuer, IEnumerable<string> base64Keys)
        : this(issuer, (base64Keys ?? throw new ArgumentNullException(nameof(base64Keys))).Select(Convert.FromBase64String))
    {
    }

    public string Issuer { get; }

    public IEnumerable<SecurityKey> SecurityKeys { get; }
}

public class X509CertificateSecurityKeyProvider : IIssuerSecurityKeyProvider
{
    public X509CertificateSecurityKeyProvider(string issuer, X509Certificate2 certificate)
    {
        Issuer = !string.IsNullOrWhiteSpace(issuer) ? issuer : throw new ArgumentNullException(nameof(issuer));
        SecurityKeys = new[] { new X509SecurityKey(certificate ?? throw new ArgumentNullException(nameof(certificate))) };
    }

    public string Issuer { get; }

    public IEnumerable<SecurityKey> SecurityKeys { get; }
}
