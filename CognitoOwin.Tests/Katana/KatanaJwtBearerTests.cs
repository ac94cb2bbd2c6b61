using System;
using System.Collections.Generic;
using System.IdentityModel.Tokens.Jwt;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using CognitoOwin.Tests.Hosting;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Owin.Security.Jwt;
using Microsoft.Owin.Security.OAuth;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Katana;

/// <summary>Katana's own bearer middleware, which can use the key provider of CognitoOwin.</summary>
[TestClass]
public sealed class KatanaJwtBearerTests
{
    private const string Issuer = "https://issuer.example.test";

    private static readonly SymmetricSecurityKey OldKey = new(Encoding.ASCII.GetBytes(new string('o', 32)));
    private static readonly SymmetricSecurityKey NewKey = new(Encoding.ASCII.GetBytes(new string('n', 32)));

    [TestMethod]
    public async Task Token_of_the_issuer_for_the_audience_is_accepted()
    {
        using var host = Start(new Keys(OldKey));
        Assert.AreEqual("JWT alice", (await host.GetAsync("/", "Bearer " + Token(OldKey))).Body);
    }

    [TestMethod]
    public async Task Key_provider_is_asked_for_each_token()
    {
        var keys = new Keys(OldKey);
        using var host = Start(keys);
        Assert.AreEqual(401, (await host.GetAsync("/", "Bearer " + Token(NewKey))).StatusCode);

        keys.Current = NewKey;

        Assert.AreEqual("JWT alice", (await host.GetAsync("/", "Bearer " + Token(NewKey))).Body);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("Basic YTpi")]
    [DataRow("Bearer")]
    [DataRow("Bearer not-a-jwt")]
    public async Task Challenge_of_Katana_names_no_error(string? authorization)
    {
        using var host = Start(new Keys(OldKey));

        var response = await host.GetAsync("/", authorization);

        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual("Bearer realm=\"tests\"", response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    [DataRow("wrong audience")]
    [DataRow("expired")]
    public async Task Token_that_breaks_a_rule_is_refused(string fault)
    {
        using var host = Start(new Keys(OldKey));
        var token = fault == "expired"
            ? Token(OldKey, lifetime: TimeSpan.FromMinutes(-10))
            : Token(OldKey, audience: "another");
        Assert.AreEqual(401, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
    }

    [TestMethod]
    public async Task Provider_can_find_the_token_and_refuse_the_identity()
    {
        var provider = new OAuthBearerAuthenticationProvider
        {
            OnRequestToken = context =>
            {
                context.Token = context.Request.Query["token"];
                return Task.CompletedTask;
            },
            OnValidateIdentity = context =>
            {
                if (context.Request.Path.Value == "/refuse")
                {
                    context.Rejected();
                }

                return Task.CompletedTask;
            },
        };
        using var host = Start(new Keys(OldKey), provider);

        Assert.AreEqual("JWT alice", (await host.GetAsync("/?token=" + Token(OldKey))).Body);
        Assert.AreEqual(401, (await host.GetAsync("/refuse?token=" + Token(OldKey))).StatusCode);
    }

    [TestMethod]
    public void JwtFormat_without_audience_or_provider_is_refused()
    {
        var keys = new Keys(OldKey);
        Assert.ThrowsExactly<ArgumentNullException>(() => new JwtFormat((string)null!, keys));
        Assert.ThrowsExactly<ArgumentNullException>(() => new JwtFormat("tests", null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => new JwtFormat((IEnumerable<string>)null!, [keys]));
        Assert.ThrowsExactly<ArgumentNullException>(() => new JwtFormat(["tests"], null!));
    }

    [TestMethod]
    public void JwtFormat_sets_the_authentication_type_of_the_parameters()
    {
        var parameters = new TokenValidationParameters();
        _ = new JwtFormat(parameters);
        Assert.AreEqual("JWT", parameters.AuthenticationType);
    }

    [TestMethod]
    public async Task Blank_audience_is_kept_beside_the_others()
    {
        using var host = Start(new Keys(OldKey), audiences: [" ", "tests"]);
        Assert.AreEqual("JWT alice", (await host.GetAsync("/", "Bearer " + Token(OldKey))).Body);
    }

    [TestMethod]
    public async Task Challenge_of_the_provider_is_not_awaited()
    {
        var never = new TaskCompletionSource<bool>();
        var provider = new OAuthBearerAuthenticationProvider { OnApplyChallenge = _ => never.Task };
        using var host = Start(new Keys(OldKey), provider);
        Assert.AreEqual(401, (await host.GetAsync("/")).StatusCode);
    }

    private static OwinTestHost Start(Keys keys, OAuthBearerAuthenticationProvider? provider = null, string[]? audiences = null) =>
        OwinTestHost.Start(app =>
        {
            app.UseJwtBearerAuthentication(new JwtBearerAuthenticationOptions
            {
                AllowedAudiences = audiences ?? ["tests"],
                IssuerSecurityKeyProviders = [keys],
                Realm = "tests",
                Provider = provider,
                TokenHandler = new JwtSecurityTokenHandler { MapInboundClaims = false },
            });
            app.Run(context =>
            {
                if (context.Authentication.User is not { Identity: { IsAuthenticated: true } identity } user)
                {
                    context.Response.StatusCode = 401;
                    return Task.CompletedTask;
                }

                return context.Response.WriteAsync(identity.AuthenticationType + " " + user.Claims.First(c => c.Type == "sub").Value);
            });
        });

    private static string Token(SecurityKey key, string audience = "tests", TimeSpan? lifetime = null)
    {
        var expires = DateTime.UtcNow + (lifetime ?? TimeSpan.FromMinutes(5));
        var handler = new JwtSecurityTokenHandler();
        return handler.WriteToken(new JwtSecurityToken(
            Issuer,
            audience,
            [new System.Security.Claims.Claim("sub", "alice")],
            expires.AddMinutes(-10),
            expires,
            new SigningCredentials(key, SecurityAlgorithms.HmacSha256)));
    }

    private sealed class Keys(SecurityKey current) : IIssuerSecurityKeyProvider
    {
        public SecurityKey Current { get; set; } = current;

        public string Issuer => KatanaJwtBearerTests.Issuer;

        public IEnumerable<SecurityKey> SecurityKeys => [Current];
    }
}
