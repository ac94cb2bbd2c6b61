using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Requests;
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
        Assert.AreEqual(TokenRejection.ResourceNotAccepted, await ValidateAudienceAsync("https://billing.example.com"));
        Assert.AreEqual(TokenRejection.ResourceNotAccepted, await ValidateAudienceAsync(new[] { "https://billing.example.com" }));
        Assert.AreEqual(TokenRejection.ResourceNotAccepted, await ValidateAudienceAsync(ThisApi + "/"));
    }

    [TestMethod]
    public async Task Audience_of_the_wrong_type_is_rejected()
    {
        Assert.AreEqual(TokenRejection.ResourceNotAccepted, await ValidateAudienceAsync(17));
        Assert.AreEqual(TokenRejection.ResourceNotAccepted, await ValidateAudienceAsync(new object[] { 17, true }));
        Assert.AreEqual(TokenRejection.ResourceNotAccepted, await ValidateAudienceAsync(Array.Empty<object>()));
    }

    [TestMethod]
    public async Task Token_bound_to_the_client_id_is_accepted()
    {
        Assert.AreEqual(TokenRejection.None, await ValidateAudienceAsync("1example23456789"));
    }

    [TestMethod]
    public async Task List_with_an_item_that_is_no_text_is_rejected()
    {
        Assert.AreEqual(TokenRejection.ResourceNotAccepted, await ValidateAudienceAsync(new object[] { "1example23456789", 1 }));
        Assert.AreEqual(TokenRejection.ResourceNotAccepted, await ValidateAudienceAsync(new object?[] { ThisApi, null }));
    }

    [TestMethod]
    [DataRow(false, 200)]
    [DataRow(true, 401)]
    public async Task Token_without_a_resource_is_rejected_only_when_RequireAudience_is_set(bool isRequired, int status)
    {
        using var pool = new CognitoTestPool();
        pool.UserPool.Audiences = [ThisApi];
        using var host = ProtectedApp.Start(pool, options => options.RequireAudience = isRequired);

        var response = await host.GetAsync("/", "Bearer " + pool.AccessToken());

        Assert.AreEqual(status, response.StatusCode);
        Assert.AreEqual(isRequired, response.Header("WWW-Authenticate")?.Contains("The token was issued for another API.") == true);
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + pool.AccessToken().WithClaim("aud", ThisApi))).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + pool.IdToken())).StatusCode);
    }

    private static async Task<TokenRejection> ValidateAudienceAsync(object? audience)
    {
        using var pool = new CognitoTestPool(clientId: "1example23456789");
        pool.UserPool.Audiences = [ThisApi];
        return await PoolValidator.GetRejectionAsync(pool, pool.AccessToken().WithClaim("aud", audience));
    }
}
