using System;
using System.Linq;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Provisioning;

/// <summary>The claims of ID tokens, in every form in which Cognito, its triggers and its federation write them.</summary>
[TestClass]
public sealed class ClaimShapesTests
{
    [TestMethod]
    [DataRow(true, true)]
    [DataRow(false, false)]
    [DataRow("true", true)]
    [DataRow("True", true)]
    [DataRow("false", false)]
    [DataRow("1", false)]
    [DataRow(null, false)]
    public async Task EmailVerified_is_read_from_a_boolean_or_a_string(object? claim, bool expected)
    {
        var seen = await ProvisionAsync(token => token.WithClaim("email_verified", claim));

        Assert.AreEqual(expected, seen.EmailVerified);
        Assert.AreEqual(expected, seen.Token.EmailVerified);
    }

    [TestMethod]
    public async Task Token_without_email_is_not_EmailVerified()
    {
        var seen = await ProvisionAsync(token => token.WithoutClaim("email").WithoutClaim("email_verified"));

        Assert.IsNull(seen.Email);
        Assert.IsFalse(seen.EmailVerified);
    }

    [TestMethod]
    public async Task Groups_are_read_from_a_string_a_list_or_nothing()
    {
        CollectionAssert.AreEqual(
            new[] { "admins" }, (await ProvisionAsync(token => token.WithClaim("cognito:groups", "admins"))).Groups.ToArray());
        CollectionAssert.AreEqual(
            new[] { "admins", "Überflieger" }, (await ProvisionAsync(token => token.WithGroups("admins", "Überflieger"))).Groups.ToArray());
        Assert.AreEqual(0, (await ProvisionAsync(token => token)).Groups.Count);
        Assert.AreEqual(0, (await ProvisionAsync(token => token.WithGroups())).Groups.Count);
    }

    [TestMethod]
    public async Task Custom_and_developer_attributes_have_their_full_names()
    {
        var seen = await ProvisionAsync(token => token
            .WithCustomAttribute("tenant", "acme")
            .WithClaim("dev:custom:level", "3")
            .WithClaim("custom:count", 7)
            .WithClaim("address", new { formatted = "1 High Street" }));

        Assert.AreEqual("acme", seen.Attributes["custom:tenant"]);
        Assert.AreEqual("3", seen.Attributes["dev:custom:level"]);
        Assert.AreEqual("7", seen.Attributes["custom:count"]);
        Assert.AreEqual("{\"formatted\":\"1 High Street\"}", seen.Attributes["address"]);
        Assert.IsTrue(seen.Attributes.Contains("custom:tenant"));
        Assert.IsFalse(seen.Attributes.Contains("tenant"));
        Assert.IsNull(seen.Attributes["tenant"]);
    }

    [TestMethod]
    public async Task Identities_of_a_federated_user_are_objects()
    {
        var seen = await ProvisionAsync(token => token.WithClaim("identities", new object?[]
        {
            new
            {
                userId = "113",
                providerName = "Google",
                providerType = "Google",
                issuer = (string?)null,
                primary = "true",
                dateCreated = "1586274585369",
            },
            new { userId = "a@b.example", providerName = "OurCompany", providerType = "SAML", primary = false, dateCreated = 1586274585369 },
        }));

        Assert.AreEqual(2, seen.Identities.Count);
        var google = seen.Identities[0];
        Assert.AreEqual("Google", google.ProviderName);
        Assert.AreEqual("113", google.UserId);
        Assert.AreEqual("Google", google.ProviderType);
        Assert.IsTrue(google.Primary);
        Assert.AreEqual(new DateTimeOffset(2020, 4, 7, 15, 49, 45, 369, TimeSpan.Zero), google.DateCreated);
        var company = seen.Identities[1];
        Assert.AreEqual("a@b.example", company.UserId);
        Assert.AreEqual("SAML", company.ProviderType);
        Assert.IsFalse(company.Primary);
        Assert.AreEqual(google.DateCreated, company.DateCreated);
    }

    [TestMethod]
    public async Task Identities_are_read_from_JSON_text_or_a_single_object()
    {
        Assert.AreEqual(
            "113",
            (await ProvisionAsync(token => token.WithClaim("identities", "[{\"userId\":\"113\",\"providerName\":\"Google\"}]"))).Identities.Single().UserId);
        var one = (await ProvisionAsync(token => token.WithClaim("identities", new { userId = "113", providerName = "Google" }))).Identities.Single();
        Assert.IsNull(one.ProviderType);
        Assert.IsNull(one.DateCreated);
        Assert.IsFalse(one.Primary);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("[")]
    [DataRow("[1,null,{}]")]
    [DataRow("[{\"userId\":\"113\"}]")]
    [DataRow("\"text\"")]
    public async Task Malformed_identity_is_skipped_and_the_request_gets_200(string? claim)
    {
        var seen = await ProvisionAsync(token => claim == null ? token : token.WithClaim("identities", claim));

        Assert.AreEqual(0, seen.Identities.Count);
    }

    [TestMethod]
    public async Task Identity_date_out_of_range_is_null()
    {
        var seen = await ProvisionAsync(token => token.WithClaim(
            "identities", new[] { new { userId = "1", providerName = "Google", dateCreated = "99999999999999999" } }));

        Assert.IsNull(seen.Identities.Single().DateCreated);
    }

    private static async Task<CognitoProvisionUserContext> ProvisionAsync(Func<CognitoTestToken, CognitoTestToken> change)
    {
        using var pool = new CognitoTestPool();
        CognitoProvisionUserContext? seen = null;
        using var host = ProvisionedApp.Start(pool, context =>
        {
            seen = context;
            return Task.FromResult(0);
        });

        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + change(pool.IdToken()))).StatusCode);
        return seen!;
    }
}
