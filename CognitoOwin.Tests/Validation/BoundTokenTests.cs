using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Validation;

/// <summary>Access tokens that a client bound to a resource (RFC 8707): they have an <c>aud</c>.</summary>
[TestClass]
public sealed class BoundTokenTests
{
    private const string ThisApi = "https://notes.example.com";

    [TestMethod]
    public async Task Token_bound_to_this_API_is_accepted()
    {
        Assert.AreEqual(TokenRejection.None, await JudgeAsync(ThisApi));
        Assert.AreEqual(TokenRejection.None, await JudgeAsync(new[] { "https://billing.example.com", ThisApi }));
    }

    [TestMethod]
    public async Task Token_bound_to_another_API_is_rejected()
    {
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await JudgeAsync("https://billing.example.com"));
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await JudgeAsync(new[] { "https://billing.example.com" }));
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await JudgeAsync(ThisApi + "/"));
    }

    [TestMethod]
    public async Task Audience_of_the_wrong_type_is_rejected()
    {
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await JudgeAsync(17));
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await JudgeAsync(null));
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await JudgeAsync(new object[] { 17, true }));
        Assert.AreEqual(TokenRejection.AudienceNotAccepted, await JudgeAsync(Array.Empty<object>()));
    }

    [TestMethod]
    public async Task Token_bound_to_the_client_id_is_accepted()
    {
        Assert.AreEqual(TokenRejection.None, await JudgeAsync("1example23456789"));
    }

    private static async Task<TokenRejection> JudgeAsync(object? audience)
    {
        using var pool = new CognitoTestPool(clientId: "1example23456789");
        pool.UserPool.Audiences = [ThisApi];
        var options = new CognitoJwtAuthenticationOptions();
        pool.Configure(options);
        using var validator = new CognitoTokenValidator(options);
        return (await validator.ValidateAsync(pool.AccessToken().WithClaim("aud", audience))).Rejection;
    }
}
