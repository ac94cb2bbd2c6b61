using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Validation;

/// <summary>Access tokens that a client bound to a resource (RFC 8707), so that they have an <c>aud</c>.</summary>
[TestClass]
public sealed class BoundTokenTests
{
    private const string ThisApi = "https://notes.example.com";

    [TestMethod]
    public async Task Token_bound_to_this_API_is_accepted()
    {
        Assert.AreEqual(TokenRejection.None, await ValidateAudienceAsync(ThisApi));
        Assert.AreEqual(TokenRejection.None, await ValidateAudienceAsync(new[] { "https://billing.example.com", ThisApi }));
    }

    [TestMethod]
    public async Task Token_bound_to_another_API_is_rejected()
    {
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await ValidateAudienceAsync("https://billing.example.com"));
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await ValidateAudienceAsync(new[] { "https://billing.example.com" }));
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await ValidateAudienceAsync(ThisApi + "/"));
    }

    [TestMethod]
    public async Task Audience_of_the_wrong_type_is_rejected()
    {
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await ValidateAudienceAsync(17));
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await ValidateAudienceAsync(null));
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await ValidateAudienceAsync(new object[] { 17, true }));
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await ValidateAudienceAsync(Array.Empty<object>()));
    }

    [TestMethod]
    public async Task Token_bound_to_the_client_id_is_accepted()
    {
        Assert.AreEqual(TokenRejection.None, await ValidateAudienceAsync("1example23456789"));
    }

    private static async Task<TokenRejection> ValidateAudienceAsync(object? audience)
    {
        using var pool = new CognitoTestPool(clientId: "1example23456789");
        pool.UserPool.Audiences = [ThisApi];
        return await PoolValidator.GetRejectionAsync(pool, pool.AccessToken().WithClaim("aud", audience));
    }
}
