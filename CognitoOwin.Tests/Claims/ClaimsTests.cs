using System;
using System.IO;
using System.Linq;
using System.Runtime.Serialization.Formatters.Binary;
using System.Security.Claims;
using System.Security.Principal;
using System.Text;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Validation;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Claims;

/// <summary>The claims of a user, as the code of an application reads them.</summary>
[TestClass]
public sealed class ClaimsTests
{
    [TestMethod]
    public async Task User_of_an_ID_token_has_its_profile_and_groups()
    {
        using var pool = new CognitoTestPool();

        var user = await SignInAsync(pool, pool.IdToken("alice").WithGroups("admins", "staff").WithCustomAttribute("tenant", "acme"));

        Assert.AreEqual("alice", user.Identity.Name);
        Assert.AreEqual("Bearer", user.Identity.AuthenticationType);
        Assert.AreEqual("alice", user.GetCognitoUsername());
        Assert.AreEqual("alice@example.com", user.GetCognitoEmail());
        Assert.AreEqual(pool.Issuer, user.GetCognitoIssuer());
        Assert.AreEqual("acme", user.GetCognitoAttribute("custom:tenant"));
        Assert.AreEqual(CognitoTokenUse.Id, user.GetCognitoTokenUse());
        Assert.AreEqual(user.GetCognitoSubject(), user.FindFirst(ClaimTypes.NameIdentifier).Value);
        Assert.AreEqual(user.GetCognitoSubject(), user.FindFirst("sub").Value);
        CollectionAssert.AreEqual(new[] { "admins", "staff" }, user.GetCognitoGroups().ToArray());
        Assert.IsTrue(user.IsInRole("admins"));
        Assert.IsFalse(user.IsInRole("Admins"));
        Assert.IsTrue(user.IsInCognitoGroup("staff"));
        Assert.IsFalse(user.IsInCognitoGroup("Staff"));
        Assert.IsNull(user.GetCognitoToken());
    }

    [TestMethod]
    public async Task User_of_an_access_token_has_its_scopes()
    {
        using var pool = new CognitoTestPool();

        var user = await SignInAsync(pool, pool.AccessToken("alice").WithScopes("notes/read", "notes/write"));

        Assert.AreEqual("alice", user.Identity.Name);
        Assert.AreEqual(CognitoTokenUse.Access, user.GetCognitoTokenUse());
        CollectionAssert.AreEqual(new[] { "notes/read", "notes/write" }, user.GetCognitoScopes().ToArray());
        Assert.IsTrue(user.HasCognitoScope("notes/read"));
        Assert.IsFalse(user.HasCognitoScope("notes"));
        Assert.IsNull(user.GetCognitoEmail());
    }

    [TestMethod]
    public async Task Client_credentials_token_has_the_client_id_as_its_subject()
    {
        using var pool = new CognitoTestPool();

        var user = await SignInAsync(pool, pool.ClientCredentialsToken("notes/read").WithoutClaim("sub"));

        Assert.AreEqual(pool.ClientId, user.GetCognitoSubject());
        Assert.IsNull(user.Identity.Name);
    }

    [TestMethod]
    public async Task Claims_keep_the_names_values_and_types_that_Cognito_sent()
    {
        using var pool = new CognitoTestPool();

        var user = await SignInAsync(
            pool,
            pool.IdToken()
                .WithClaim("email_verified", true)
                .WithClaim("custom:level", 7)
                .WithClaim("custom:ratio", 0.5)
                .WithClaim("address", new { formatted = "1 High Street" })
                .WithClaim("amr", new[] { "pwd", "mfa" }));

        Assert.AreEqual(("true", ClaimValueTypes.Boolean), GetValueAndType(user, "email_verified"));
        Assert.AreEqual(("7", ClaimValueTypes.Integer64), GetValueAndType(user, "custom:level"));
        Assert.AreEqual(("0.5", ClaimValueTypes.Double), GetValueAndType(user, "custom:ratio"));
        Assert.AreEqual(("{\"formatted\":\"1 High Street\"}", "JSON"), GetValueAndType(user, "address"));
        CollectionAssert.AreEqual(new[] { "pwd", "mfa" }, user.FindAll("amr").Select(claim => claim.Value).ToArray());
        Assert.IsTrue(user.Claims.All(claim => claim.Issuer == pool.Issuer));
    }

    [TestMethod]
    public async Task Claim_names_are_case_sensitive()
    {
        using var pool = new CognitoTestPool();
        var own = TokenReader.ReadPayload(pool.IdToken("alice").WithGroups("staff"));
        const string OtherClaims =
            """
            "ISS":"https://evil.example","Email":"evil@example.com","COGNITO:username":"root","Cognito:Groups":["admins",{"a":1}],
            "Scope":"all","TOKEN_USE":"access","CUSTOM:tenant":"other","custom:tenant":"mine",
            """;
        var token = CognitoTestToken.Sign(
            $$"""{"alg":"RS256","kid":"{{pool.IdTokenKey.Id}}"}""", "{" + OtherClaims + own.Substring(1), pool.IdTokenKey);

        var user = await SignInAsync(pool, token);

        AssertIsAlice(user);
        AssertIsAlice(CloneIdentity(user));
        Assert.AreEqual("evil@example.com", user.FindFirst("Email").Value);
        Assert.AreEqual(1, user.FindAll("Cognito:Groups").Count(claim => claim.Value == "admins"));

        void AssertIsAlice(ClaimsPrincipal principal)
        {
            Assert.AreEqual("alice", principal.Identity.Name);
            Assert.AreEqual("alice", principal.GetCognitoUsername());
            Assert.AreEqual("alice@example.com", principal.GetCognitoEmail());
            Assert.AreEqual(pool.Issuer, principal.GetCognitoIssuer());
            Assert.AreEqual(CognitoTokenUse.Id, principal.GetCognitoTokenUse());
            Assert.AreEqual("mine", principal.GetCognitoAttribute("custom:tenant"));
            Assert.IsEmpty(principal.GetCognitoScopes());
            CollectionAssert.AreEqual(new[] { "staff" }, principal.GetCognitoGroups().ToArray());
            Assert.IsTrue(principal.IsInRole("staff"));
            Assert.IsFalse(principal.IsInRole("admins"));
            Assert.IsTrue(principal.HasClaim("email", "alice@example.com"));
            Assert.IsFalse(principal.HasClaim("email", "evil@example.com"));
            Assert.IsFalse(principal.HasClaim("email", "Alice@example.com"));
        }
    }

    [TestMethod]
    public async Task Claim_lookup_by_null_throws()
    {
        using var pool = new CognitoTestPool();
        var identity = (ClaimsIdentity)(await SignInAsync(pool, pool.IdToken())).Identity;

        Assert.ThrowsExactly<ArgumentNullException>(() => identity.FindAll((string)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => identity.FindFirst((string)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => identity.HasClaim(null!, "x"));
        Assert.ThrowsExactly<ArgumentNullException>(() => identity.HasClaim("x", null!));
    }

    [TestMethod]
    public async Task Name_and_roles_come_from_the_configured_claims()
    {
        using var pool = new CognitoTestPool();

        var user = await SignInAsync(
            pool,
            pool.IdToken().WithClaim("custom:role", "editor"),
            options =>
            {
                options.NameClaimType = "email";
                options.RoleClaimType = "custom:role";
            });

        Assert.AreEqual("alice@example.com", user.Identity.Name);
        Assert.IsTrue(user.IsInRole("editor"));
    }

    [TestMethod]
    [DataRow("email", null, "alice@example.com", "alice")]
    [DataRow("email", "client_id", "alice@example.com", "1example23456789")]
    [DataRow(null, "client_id", "alice", "1example23456789")]
    [DataRow("client_id", "email", "alice", "alice")]
    [DataRow("token_use", null, "id", "access")]
    [DataRow("local_name", null, "Alice A.", "Alice A.")]
    public async Task Each_kind_of_token_has_a_name(string? claimType, string? accessTokenClaimType, string idTokenName, string accessTokenName)
    {
        using var pool = new CognitoTestPool();

        var names = new[] { pool.IdToken("alice"), pool.AccessToken("alice") }.Select(token => pool.SignInAsync(token, options =>
        {
            options.NameClaimType = claimType;
            options.AccessTokenNameClaimType = accessTokenClaimType;
            options.Provider.OnTokenValidated = context =>
            {
                context.Identity.AddClaim(new Claim("local_name", "Alice A."));
                return Task.FromResult(0);
            };
        })).ToArray();

        Assert.AreEqual(idTokenName, (await names[0]).Identity!.Name);
        Assert.AreEqual(accessTokenName, (await names[1]).Identity!.Name);
    }

    [TestMethod]
    public async Task User_has_the_token_when_SaveToken_is_set()
    {
        using var pool = new CognitoTestPool();
        string token = pool.IdToken();

        var user = await SignInAsync(pool, token, options => options.SaveToken = true);

        Assert.AreEqual(token, user.GetCognitoToken());
    }

    [TestMethod]
    public async Task Cloned_principal_keeps_the_local_user()
    {
        using var pool = new CognitoTestPool();
        var own = new object();

        var user = await SignInAsync(
            pool,
            pool.IdToken(),
            options => options.Provider.OnProvisionUser = context =>
            {
                context.SetUser(own);
                return Task.FromResult(0);
            });

        Assert.AreSame(own, user.Clone().GetCognitoUser<object>());
        Assert.AreSame(own, CloneIdentity(user).GetCognitoUser<object>());
        Assert.IsNull(user.GetCognitoUser<string>());
    }

    [TestMethod]
    [RequiresNetFramework("BinaryFormatter does not exist on .NET. Mono serializes the user with it at each request.")]
    public async Task Serialized_principal_has_the_claims_without_the_token()
    {
        using var pool = new CognitoTestPool();
        string token = pool.IdToken("alice").WithGroups("admins", "staff").WithClaim("custom:level", 7);
        var user = await SignInAsync(
            pool,
            token,
            options =>
            {
                options.SaveToken = true;
                options.Provider.OnTokenValidated = context =>
                {
                    context.Identity.Label = "the front door";
                    return Task.FromResult(0);
                };
                options.Provider.OnProvisionUser = context =>
                {
                    context.AddClaim(new Claim("desk", "12", ClaimValueTypes.Integer, "https://desks.example", "https://maps.example"));
                    return Task.FromResult(0);
                };
            });

        var formatter = new BinaryFormatter();
        using var bytes = new MemoryStream();
        formatter.Serialize(bytes, user);
        bytes.Position = 0;
        var copy = (ClaimsPrincipal)formatter.Deserialize(bytes);

        CollectionAssert.AreEqual(user.Claims.Select(Format).ToArray(), copy.Claims.Select(Format).ToArray());
        CollectionAssert.Contains(copy.Claims.Select(Format).ToArray(), "desk 12 http://www.w3.org/2001/XMLSchema#integer https://desks.example https://maps.example");
        Assert.AreEqual("alice", copy.Identity.Name);
        Assert.AreEqual("Bearer", copy.Identity.AuthenticationType);
        Assert.AreEqual("the front door", ((ClaimsIdentity)copy.Identity).Label);
        Assert.IsTrue(copy.IsInRole("admins"));
        Assert.IsNull(copy.GetCognitoToken());
        Assert.IsFalse(copy.Claims.Any(claim => claim.Subject != copy.Identity));

        // ClaimsPrincipal serializes its identities as base64 text, so serialize the identity itself.
        formatter.Serialize(bytes, user.Identity);
        var written = Encoding.UTF8.GetString(bytes.ToArray());
        StringAssert.Contains(written, "https://desks.example");
        Assert.IsFalse(written.Contains(token.Substring(token.LastIndexOf('.'))));

        static string Format(Claim claim) => $"{claim.Type} {claim.Value} {claim.ValueType} {claim.Issuer} {claim.OriginalIssuer}";
    }

    [TestMethod]
    public void Principal_of_another_middleware_has_no_Cognito_values()
    {
        IPrincipal windowsUser = new GenericPrincipal(new GenericIdentity("DOMAIN\\alice"), ["admins"]);
        var forged = new ClaimsPrincipal(new ClaimsIdentity([new Claim("cognito:groups", "admins"), new Claim("sub", "1")], "Cookies"));

        foreach (var user in new[] { windowsUser, forged })
        {
            Assert.IsNull(user.GetCognitoSubject());
            Assert.IsNull(user.GetCognitoTokenUse());
            Assert.IsNull(user.GetCognitoUser<object>());
            Assert.IsEmpty(user.GetCognitoGroups());
            Assert.IsEmpty(user.GetCognitoScopes());
        }

        Assert.ThrowsExactly<ArgumentNullException>(() => ((IPrincipal)null!).GetCognitoSubject());
    }

    // ClaimsPrincipal.Clone() keeps the same identity, so clone the identity.
    private static ClaimsPrincipal CloneIdentity(ClaimsPrincipal user) => new(((ClaimsIdentity)user.Identity).Clone());

    private static (string Value, string Type) GetValueAndType(ClaimsPrincipal user, string type)
    {
        var claim = user.FindFirst(type);
        return (claim.Value, claim.ValueType);
    }

    private static async Task<ClaimsPrincipal> SignInAsync(
        CognitoTestPool pool, string token, Action<CognitoJwtAuthenticationOptions>? configure = null)
    {
        ClaimsPrincipal? user = null;
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                configure?.Invoke(options);
            });
            app.Run(context =>
            {
                user = context.Authentication.User;
                return Task.FromResult(0);
            });
        });
        await host.GetAsync("/", "Bearer " + token);
        return user!;
    }
}
