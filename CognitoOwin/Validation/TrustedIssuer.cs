using CognitoOwin.Keys;

namespace CognitoOwin.Validation;

/// <summary>Holds one issuer of a user pool, with the keys of its tokens.</summary>
internal sealed class TrustedIssuer(string name, TrustedPool pool, AddressKeys keys)
{
    /// <summary>Gets the exact value of <c>iss</c>. All tokens of the issuer share this string.</summary>
    public string Name { get; } = name;

    public TrustedPool Pool { get; } = pool;

    public AddressKeys Keys { get; } = keys;
}
