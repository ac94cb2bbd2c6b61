using System;
using System.Linq;
using CognitoOwin.Testing;

namespace CognitoOwin.Tests.Validation;

/// <summary>Creates tokens on all processors, because Mono takes 20 ms for a signature.</summary>
internal static class ManyTokens
{
    /// <summary>Creates a token for each of the users user0, user1 and so on.</summary>
    public static string[] Create(int count, Func<string, CognitoTestToken> create) =>
        [.. ParallelEnumerable.Range(0, count).AsOrdered().Select(number => create("user" + number).ToString())];
}
