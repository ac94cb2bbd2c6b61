using System;
using CognitoOwin.Testing;

namespace CognitoOwin.Tests.Validation;

/// <param name="name">A description of the attack.</param>
/// <param name="stoppedBy">The rule that must stop it.</param>
/// <param name="create">Creates the token for a pool whose tokens are otherwise accepted.</param>
internal sealed class Attack(string name, TokenRejection stoppedBy, Func<CognitoTestPool, string> create)
{
    public string Name { get; } = name;

    public TokenRejection StoppedBy { get; } = stoppedBy;

    public string CreateToken(CognitoTestPool pool) => create(pool);
}
