using System;

namespace CognitoOwin;

/// <summary>
/// A revocation is in force on this server, but is not in the store yet, so the other servers do not know it. This server writes it as
/// soon as the store works again.
/// </summary>
public sealed class CognitoRevocationStoreException : Exception
{
    internal CognitoRevocationStoreException(string reason)
        : base("This server refuses the tokens, but the other servers do not yet: the revocation could not be written to the store. This server "
            + $"writes it as soon as the store works again, unless it ends before. {reason}")
    {
    }
}
