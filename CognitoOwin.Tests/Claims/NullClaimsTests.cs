using System;
using System.Linq;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Validation;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Claims;

/// <summary>A claim that is null counts as absent.</summary>
[TestClass]
public sealed class NullClaimsTests
{
    [TestMethod]
    public async Task Tenant_that_is_null_is_no_tenant()
    {
        using var pool = new CognitoTestPool();
        TokenRejection? rejection = null;

        var user = await pool.SignInAsync(pool.IdToken().WithClaim("custom:tenant", null), options =>
        {
            options.Provider.OnTokenValidated = context =>
            {
                // The rule of docs/configuration.md.
                if (context.Token.Attributes["custom:tenant"] == null)
                {
                    context.Reject("The user belongs to no tenant.");
                }

                return Task.FromResult(0);
            };
            options.Provider.OnAuthenticationFailed = context =>
            {
                rejection = context.Rejection;
                return Task.FromResult(0);
            };
        });

        Assert.IsFalse(user.Identity!.IsAuthenticated);
        Assert.AreEqual(TokenRejection.RejectedByApplication, rejection);
    }

    [TestMethod]
    public async Task Null_is_absent_in_claims_and_attributes()
    {
        using var pool = new CognitoTestPool();
        CognitoToken? token = null;

        var user = await pool.SignInAsync(
            pool.IdToken().WithClaim("custom:tenant", null).WithClaim("amr", new[] { null, "pwd", null }).WithClaim("cognito:groups", null),
            options => options.Provider.OnTokenValidated = context =>
            {
                token = context.Token;
                return Task.FromResult(0);
            });

        Assert.IsTrue(user.Identity!.IsAuthenticated);
        Assert.IsNull(user.GetCognitoAttribute("custom:tenant"));
        Assert.IsFalse(user.HasClaim(claim => claim.Type == "custom:tenant" || claim.Value == "null"));
        CollectionAssert.AreEqual(new[] { "pwd" }, user.FindAll("amr").Select(claim => claim.Value).ToArray());
        Assert.IsEmpty(user.GetCognitoGroups());
        Assert.IsFalse(token!.Attributes.Contains("custom:tenant"));
        Assert.IsFalse(token.Attributes.Any(attribute => attribute.Key == "custom:tenant"));
    }

    [TestMethod]
    [DataRow("exp", TokenRejection.ExpirationMissing)]
    [DataRow("nbf", TokenRejection.None)]
    [DataRow("iat", TokenRejection.None)]
    [DataRow("aud", TokenRejection.AudienceNotAccepted)]
    [DataRow("token_use", TokenRejection.UnknownTokenUse)]
    [DataRow("iss", TokenRejection.UnknownIssuer)]
    [DataRow("sub", TokenRejection.MalformedClaim)]
    [DataRow("jti", TokenRejection.None)]
    [DataRow("email", TokenRejection.None)]
    [DataRow("cognito:username", TokenRejection.None)]
    [DataRow("cognito:groups", TokenRejection.GroupMissing)]
    public async Task Null_is_absent_in_the_rules(string claim, TokenRejection expected)
    {
        using var pool = new CognitoTestPool();

        Assert.AreEqual(expected, await PoolValidator.GetRejectionAsync(
            pool,
            pool.IdToken().WithGroups("staff").WithClaim(claim, null),
            options => options.RequiredGroups = ["staff"]));
    }

    [TestMethod]
    public async Task Null_is_absent_in_the_rules_of_access_tokens()
    {
        using var pool = new CognitoTestPool();

        Assert.AreEqual(TokenRejection.None, await GetRejectionAsync("aud", _ => { }));
        Assert.AreEqual(TokenRejection.ResourceNotAccepted, await GetRejectionAsync("aud", options => options.RequireAudience = true));
        Assert.AreEqual(TokenRejection.ScopeMissing, await GetRejectionAsync("scope", options => options.RequiredScopes = ["notes/read"]));
        Assert.AreEqual(TokenRejection.MalformedClaim, await GetRejectionAsync("sub", _ => { }));

        Task<TokenRejection> GetRejectionAsync(string claim, Action<CognitoJwtAuthenticationOptions> configure) =>
            PoolValidator.GetRejectionAsync(pool, pool.AccessToken().WithClaim(claim, null), configure);
    }

    [TestMethod]
    public async Task Name_that_is_null_and_text_is_still_refused()
    {
        using var pool = new CognitoTestPool();
        var token = CognitoTestToken.Sign(
            $$"""{"alg":"RS256","kid":"{{pool.IdTokenKey.Id}}"}""",
            TokenReader.ReadPayload(pool.IdToken()).Insert(1, "\"email\":null,"),
            pool.IdTokenKey);

        Assert.AreEqual(TokenRejection.MalformedPayload, await PoolValidator.GetRejectionAsync(pool, token));
    }
}
