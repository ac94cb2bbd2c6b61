using System;
using CognitoOwin.Testing;

namespace CognitoOwin.Tests.Validation;

/// <param name="name">What is tried.</param>
/// <param name="stoppedBy">The rule that stops it.</param>
/// <param name="create">Makes the token, for a pool whose tokens are accepted.</param>
internal sealed class Attack(string name, TokenRejection stoppedBy, Func<CognitoTestPool, string> create)
{
    public string Name { get; } = name;

    public TokenRejection StoppedBy { get; } = stoppedBy;

    public string CreateToken(CognitoTestPool pool) => create(pool);
}
