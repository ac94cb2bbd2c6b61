using System.Linq;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Validation;

/// <summary>A token beyond a limit gets a rejection that names the limit.</summary>
[TestClass]
public sealed class LimitsTests
{
    [TestMethod]
    [DataRow(500, TokenRejection.None)]
    [DataRow(501, TokenRejection.TooManyMembers)]
    [DataRow(600, TokenRejection.TooManyMembers)]
    public async Task Token_with_more_than_512_claims_is_TooManyMembers(int more, TokenRejection expected)
    {
        using var pool = new CognitoTestPool();
        var token = pool.ClientCredentialsToken();
        for (var number = 0; number < more; number++)
        {
            token.WithClaim("c" + number, 1);
        }

        Assert.AreEqual(expected, await PoolValidator.GetRejectionAsync(pool, token));
    }

    [TestMethod]
    public async Task Inner_object_with_600_members_is_TooManyMembers()
    {
        using var pool = new CognitoTestPool();
        var members = Enumerable.Range(0, 600).ToDictionary(i => "m" + i);

        Assert.AreEqual(
            TokenRejection.TooManyMembers, await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithClaim("address", members)));
    }

    [TestMethod]
    [DataRow(15, TokenRejection.None)]
    [DataRow(16, TokenRejection.TooDeep)]
    [DataRow(20, TokenRejection.TooDeep)]
    public async Task Token_with_more_than_16_levels_is_TooDeep(int levels, TokenRejection expected)
    {
        using var pool = new CognitoTestPool();

        Assert.AreEqual(expected, await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithClaim("address", NestObjects(levels))));
        Assert.AreEqual(expected, await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithClaim("address", NestLists(levels))));
    }

    [TestMethod]
    public async Task Header_beyond_a_limit_is_TooManyMembers_or_TooDeep()
    {
        using var pool = new CognitoTestPool();
        var wide = pool.IdToken();
        for (var i = 0; i < 600; i++)
        {
            wide.WithHeader("h" + i, 1);
        }

        Assert.AreEqual(TokenRejection.TooManyMembers, await PoolValidator.GetRejectionAsync(pool, wide));
        Assert.AreEqual(TokenRejection.TooDeep, await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithHeader("h", NestObjects(20))));
    }

    private static object NestObjects(int levels) => Enumerable.Range(1, levels - 1).Aggregate<int, object>(new { a = 1 }, (inner, _) => new { a = inner });

    private static object NestLists(int levels) => Enumerable.Range(1, levels - 1).Aggregate<int, object>(new[] { 1 }, (inner, _) => new[] { inner });
}
