using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Claims;
using System.Security.Principal;
using System.Text;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Katana;
using CognitoOwin.Tests.Validation;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Owin;
using Microsoft.Owin.Security;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;
using TokenReader = CognitoOwin.Tests.Validation.TokenReader;

namespace CognitoOwin.Tests.Requests;

/// <summary>
/// CognitoOwin beside Katana's bearer middleware: a token of the other middleware is not refused, and a token that names a user pool is
/// never treated as the other's.
/// </summary>
[TestClass]
public sealed class ForeignTokensTests
{
    private const string Plain = "Bearer realm=\"api\"";
    private const string UnknownIssuer = "The token is from another issuer.";

    public enum Place
    {
        Before,
        Behind,
    }

    public enum Sent
    {
        /// <summary>A token of another issuer, which the other middleware accepts.</summary>
        TheirJwt,

        /// <summary>A text without dots, which the other middleware accepts.</summary>
        TheirOpaqueToken,

        /// <summary>Five segments, which the other middleware accepts.</summary>
        TheirEncryptedToken,

        /// <summary>A token of another issuer, which nobody accepts.</summary>
        StrangeJwt,

        /// <summary>A text without dots, which nobody accepts.</summary>
        StrangeOpaqueToken,

        /// <summary>An expired token of the pool, which a less strict neighbour accepts.</summary>
        OurExpiredToken,

        /// <summary>A token that names the pool and has another algorithm, which a less strict neighbour accepts.</summary>
        OurForgedToken,

        /// <summary>A valid token of the pool.</summary>
        OurToken,
    }

    public static IEnumerable<object[]> Combinations =>
        from place in new[] { Place.Before, Place.Behind }
        from mode in new[] { AuthenticationMode.Active, AuthenticationMode.Passive }
        from invalidTokens in new[] { InvalidTokenHandling.ContinueAnonymously, InvalidTokenHandling.Reject }
        from foreignTokens in new[] { ForeignTokenHandling.Refuse, ForeignTokenHandling.Ignore }
        from sent in Enum.GetValues(typeof(Sent)).Cast<Sent>()
        from order in new[] { CallbackOrder.LastInFirstOut, CallbackOrder.FirstInFirstOut }
        select new object[] { place, mode, invalidTokens, foreignTokens, sent, order };

    [TestMethod]
    [DynamicData(nameof(Combinations))]
    public async Task Another_bearer_middleware_keeps_its_tokens(
        Place place,
        AuthenticationMode mode,
        InvalidTokenHandling invalidTokens,
        ForeignTokenHandling foreignTokens,
        Sent sent,
        CallbackOrder order)
    {
        using var pool = new CognitoTestPool();
        using var another = new CognitoTestPool();
        string[] theirs = [another.IdToken("bob"), "opaque-token-of-bob", "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn"];
        string expired = pool.IdToken().WithLifetime(TimeSpan.FromHours(-1));
        string forged = pool.IdToken().WithHeader("alg", "HS256");
        var (token, description) = sent switch
        {
            Sent.TheirJwt => (theirs[0], UnknownIssuer),
            Sent.TheirOpaqueToken => (theirs[1], "The token is not a signed JWT of three segments."),
            Sent.TheirEncryptedToken => (theirs[2], "The token is encrypted; a signed JWT is expected."),
            Sent.StrangeJwt => (another.IdToken("eve"), UnknownIssuer),
            Sent.StrangeOpaqueToken => ("opaque", "The token is not a signed JWT of three segments."),
            Sent.OurExpiredToken => (expired, "The token has expired."),
            Sent.OurForgedToken => (forged, "The token must be signed with RS256."),
            _ => ((string)pool.IdToken("alice"), ""),
        };
        using var host = OwinTestHost.Start(
            app =>
            {
                if (place == Place.Before)
                {
                    app.UseOtherBearer(mode, [.. theirs, expired, forged]);
                }

                app.UseCognitoJwt(options =>
                {
                    pool.Configure(options);
                    options.InvalidTokens = invalidTokens;
                    options.ForeignTokens = foreignTokens;
                });
                if (place == Place.Behind)
                {
                    app.UseOtherBearer(mode, [.. theirs, expired, forged]);
                }

                app.Run(AnswerAsync);
            },
            order);

        var open = await host.GetAsync("/open", "Bearer " + token);
        var denied = await host.GetAsync("/denied", "Bearer " + token);

        var isForeign = sent is not (Sent.OurExpiredToken or Sent.OurForgedToken or Sent.OurToken);
        var isTheirs = sent is not (Sent.StrangeJwt or Sent.StrangeOpaqueToken or Sent.OurToken);
        var isLetThrough = sent == Sent.OurToken
            || invalidTokens == InvalidTokenHandling.ContinueAnonymously
            || (isForeign && (foreignTokens == ForeignTokenHandling.Ignore
                || (isTheirs && place == Place.Before && mode == AuthenticationMode.Active)));
        var isSilent = sent == Sent.OurToken || (isLetThrough && isForeign && isTheirs);
        var text = isForeign && foreignTokens == ForeignTokenHandling.Ignore ? UnknownIssuer : description;
        var challenge = isSilent ? Plain : $"{Plain}, error=\"invalid_token\", error_description=\"{text}\"";

        Assert.AreEqual(isLetThrough ? 200 : 401, open.StatusCode);
        if (isLetThrough)
        {
            Assert.AreEqual(sent == Sent.OurToken ? "alice" : isTheirs ? "bob" : "nobody", open.Body);
        }

        Assert.AreEqual(401, denied.StatusCode);
        Assert.AreEqual(challenge, denied.Headers("WWW-Authenticate").Single(header => header != OtherBearer.Name));
        if (isSilent && isForeign)
        {
            CollectionAssert.Contains(denied.Headers("WWW-Authenticate").ToArray(), OtherBearer.Name);
        }
    }

    [TestMethod]
    [DataRow(InvalidTokenHandling.ContinueAnonymously)]
    [DataRow(InvalidTokenHandling.Reject)]
    public async Task Token_that_Katana_JWT_middleware_accepts_is_not_mentioned(InvalidTokenHandling invalidTokens)
    {
        using var pool = new CognitoTestPool();
        var key = new SymmetricSecurityKey(Encoding.ASCII.GetBytes(new string('k', 32)));
        using var host = OwinTestHost.Start(app =>
        {
            app.UseJwtBearerAuthentication(new Microsoft.Owin.Security.Jwt.JwtBearerAuthenticationOptions
            {
                AllowedAudiences = ["tests"],
                IssuerSecurityKeyProviders =
                    [new Microsoft.Owin.Security.Jwt.SymmetricKeyIssuerSecurityKeyProvider("https://issuer.example.test", key.Key)],
            });
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.InvalidTokens = invalidTokens;
            });
            app.Run(AnswerAsync);
        });
        var token = new System.IdentityModel.Tokens.Jwt.JwtSecurityTokenHandler().WriteToken(new System.IdentityModel.Tokens.Jwt.JwtSecurityToken(
            "https://issuer.example.test",
            "tests",
            [new Claim("unique_name", "bob")],
            expires: DateTime.UtcNow.AddMinutes(5),
            signingCredentials: new SigningCredentials(key, SecurityAlgorithms.HmacSha256)));

        var open = await host.GetAsync("/open", "Bearer " + token);
        var denied = await host.GetAsync("/denied", "Bearer " + token);

        Assert.AreEqual("bob", open.Body);
        CollectionAssert.AreEquivalent(new[] { "Bearer", Plain }, denied.Headers("WWW-Authenticate").ToArray());
    }

    [TestMethod]
    [DataRow("forms", false, 401)]
    [DataRow("forms", true, 200)]
    [DataRow("generic", false, 401)]
    [DataRow("generic", true, 200)]
    [DataRow("own principal", false, 401)]
    [DataRow("own principal", true, 200)]
    [DataRow("middleware", false, 200)]
    [DataRow("anonymous", true, 401)]
    [DataRow("none", true, 401)]
    public async Task User_of_the_host_counts_only_with_CountHostUser(string kind, bool isCounted, int expected)
    {
        using var pool = new CognitoTestPool();
        using var another = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options =>
        {
            options.InvalidTokens = InvalidTokenHandling.Reject;
            options.CountHostUser = isCounted;
        });
        IPrincipal? user = kind switch
        {
            "forms" => FormsUser.Create("bob"),
            "generic" => new GenericPrincipal(new GenericIdentity("bob"), []),
            "own principal" => new OwnPrincipal(),
            "middleware" => new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "bob")], "Cookies")),
            "anonymous" => new ClaimsPrincipal(new ClaimsIdentity()),
            _ => null,
        };

        var open = await host.SendAsync(new OwinTestRequest("GET", "/open") { Authorization = "Bearer " + another.IdToken(), User = user });
        var ours = await host.SendAsync(new OwinTestRequest("GET", "/open")
        {
            Authorization = "Bearer " + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)),
            User = user,
        });

        Assert.AreEqual(expected, open.StatusCode);
        Assert.AreEqual(401, ours.StatusCode, "A token of the pool is always refused.");
    }

#if !NET
    // WindowsIdentity.GetCurrent does not work on .NET under Linux.
    [TestMethod]
    public async Task User_of_Windows_authentication_counts_only_with_CountHostUser()
    {
        using var pool = new CognitoTestPool();
        using var another = new CognitoTestPool();
        using var windows = WindowsIdentity.GetCurrent();
        foreach (var isCounted in new[] { false, true })
        {
            using var host = ProtectedApp.Start(pool, options =>
            {
                options.InvalidTokens = InvalidTokenHandling.Reject;
                options.CountHostUser = isCounted;
            });
            var request = new OwinTestRequest("GET", "/open") { Authorization = "Bearer " + another.IdToken(), User = new WindowsPrincipal(windows) };

            Assert.AreEqual(isCounted ? 200 : 401, (await host.SendAsync(request)).StatusCode);
        }
    }
#endif

    [TestMethod]
    [DataRow("https://HOST/ID", false, DisplayName = "the pool's issuer")]
    [DataRow("https://HOST/ID/", true, DisplayName = "a slash at the end")]
    [DataRow("https://example.com", true, DisplayName = "another issuer")]
    public async Task Token_is_foreign_unless_iss_is_exactly_an_issuer_of_the_pool(string issuer, bool isForeign)
    {
        using var pool = new CognitoTestPool();
        var name = issuer.Replace("https://HOST/ID", pool.Issuer);

        // Refused for its algorithm, before the rule about the issuer.
        Assert.AreEqual(isForeign, await IsForeignAsync(pool, pool.IdToken().WithHeader("alg", "HS256").WithClaim("iss", name)));
        Assert.AreEqual(isForeign, await IsForeignAsync(pool, pool.IdToken().WithoutHeader("kid").WithClaim("iss", name)));
        Assert.AreEqual(isForeign, await IsForeignAsync(pool, pool.IdToken().WithHeader("crit", new[] { "b64" }).WithClaim("iss", name)));
        Assert.AreEqual(isForeign, await IsForeignAsync(pool, CognitoTestToken.Sign("[]", $$"""{"iss":"{{name}}"}""", pool.IdTokenKey)));
    }

    [TestMethod]
    public async Task Malformed_token_of_the_pool_is_not_foreign()
    {
        using var pool = new CognitoTestPool();
        var token = pool.IdToken().ToString();
        var (header, payload, signature) = (token.Split('.')[0], token.Split('.')[1], token.Split('.')[2]);

        foreach (var text in new[]
        {
            $"{header}.{payload}", $"{header}.{payload}.", $".{payload}.", $"{header}.{payload}.{signature}=", $"{header}.{payload}.{signature}.x",
            $"{header}.{payload}.{signature}.x.y", $"{header}=.{payload}.{signature}", $"x.{payload}.{signature}", $"{header}.{payload}=.{signature}",
            $"{header}.{payload.Substring(0, payload.Length - 9)}", $"{header}.{payload}!.{signature}".Replace('!', '~'), $"{header}.ey", $"{header}.ey.",
            Sign("""{"iss":1}"""), Sign($$"""{"iss":["{{pool.Issuer}}"]}"""), Sign($$"""{"iss":"https://x","iss":"{{pool.Issuer}}"}"""), Sign("""{"a":"""),
            Sign("{" + string.Join(",", Enumerable.Range(0, 600).Select(i => $"\"m{i}\":1")) + "}"), Sign("""{"a":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}"""),
            new string('A', 20_000),
        })
        {
            Assert.IsFalse(await IsForeignAsync(pool, text), text);
        }

        // "{" and any other character, in base64url or in base64.
        foreach (var letter in "wxyz0123456789-_+/")
        {
            Assert.IsFalse(await IsForeignAsync(pool, $"{header}.e{letter}~.{signature}"), letter.ToString());
        }

        string Sign(string json) => CognitoTestToken.Sign($$"""{"alg":"RS256","kid":"{{pool.IdTokenKey.Id}}"}""", json, pool.IdTokenKey);
    }

    [TestMethod]
    public async Task Text_without_a_readable_issuer_is_foreign()
    {
        using var pool = new CognitoTestPool();
        var payload = TokenReader.ReadPayload(pool.IdToken());

        foreach (var text in new[]
        {
            "opaque", "a.b", "a.b.c", "a.b.c.d.e", "..", ".", "v4.public.cGFzZXRv", "ya29.a0AfB_by", "e.e.e", "a.ea.c", "a.ev.c", "a.eZ.c", "a.e~.c", "a.dy.c",
            CognitoTestToken.Sign("{}", "[1]", pool.IdTokenKey), CognitoTestToken.Sign("{}", "{}", pool.IdTokenKey),
            CognitoTestToken.Sign("{}", """{"iss":null}""", pool.IdTokenKey), CognitoTestToken.Sign("{}", "\"" + pool.Issuer + "\"", pool.IdTokenKey),
            Base64UrlText.Encode(payload),
        })
        {
            Assert.IsTrue(await IsForeignAsync(pool, text), text);
        }
    }

    [TestMethod]
    public async Task Attacks_that_name_the_pool_are_not_foreign()
    {
        using var pool = new CognitoTestPool();
        using var host = StartIgnoring(pool);

        var count = 0;
        foreach (var (attack, token) in AttackCorpus.CreateTokens(pool))
        {
            // White space before a token belongs to the header, so one of the attacks is a valid token here.
            var payload = GetPayload(token);
            if (token.Length > 0 && token[0] != '\t' && payload.Length > 0 && payload[0] == '{' && payload.Contains($"\"iss\":\"{pool.Issuer}\""))
            {
                Assert.AreEqual(401, (await host.GetAsync("/open", "Bearer " + token)).StatusCode, attack.Name);
                count++;
            }
        }

        Assert.IsGreaterThan(200, count);

        static string GetPayload(string token)
        {
            try
            {
                return Base64UrlText.DecodeText(token.Split('.').ElementAtOrDefault(1) ?? "");
            }
            catch (FormatException)
            {
                return "";
            }
        }
    }

    [TestMethod]
    public async Task Malformed_header_is_refused_beside_another_middleware()
    {
        using var pool = new CognitoTestPool();
        using var host = StartIgnoring(pool);

        Assert.AreEqual(401, (await host.GetAsync("/open", "Bearer")).StatusCode);
        Assert.AreEqual(401, (await host.GetAsync("/open", "Bearer opaque, Bearer opaque")).StatusCode);
    }

    [TestMethod]
    [DataRow(AuthenticationMode.Active, AuthenticationMode.Active, false, false)]
    [DataRow(AuthenticationMode.Active, AuthenticationMode.Active, true, false)]
    [DataRow(AuthenticationMode.Active, AuthenticationMode.Passive, true, false)]
    [DataRow(AuthenticationMode.Active, AuthenticationMode.Passive, true, true)]
    [DataRow(AuthenticationMode.Passive, AuthenticationMode.Active, true, false)]
    [DataRow(AuthenticationMode.Passive, AuthenticationMode.Passive, true, false)]
    [DataRow(AuthenticationMode.Passive, AuthenticationMode.Passive, true, true)]
    public async Task Web_API_denies_a_user_of_the_other_middleware_without_an_error(
        AuthenticationMode mode, AuthenticationMode otherMode, bool suppressHost, bool isOtherFirst)
    {
        using var pool = new CognitoTestPool();
        using var another = new CognitoTestPool();
        string token = another.IdToken("bob");
        using var host = OwinTestHost.Start(app =>
        {
            var configuration = WebApiOnOwin.Configure(typeof(RolesController));
            if (suppressHost)
            {
                configuration.SuppressDefaultHostAuthentication();
                configuration.Filters.Add(WebApiOnOwin.HostAuthenticationFilter(isOtherFirst ? OtherBearer.Name : "Bearer"));
                configuration.Filters.Add(WebApiOnOwin.HostAuthenticationFilter(isOtherFirst ? "Bearer" : OtherBearer.Name));
            }

            if (isOtherFirst)
            {
                app.UseOtherBearer(otherMode, token);
            }

            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.AuthenticationMode = mode;
            });
            if (!isOtherFirst)
            {
                app.UseOtherBearer(otherMode, token);
            }

            app.UseWebApi(configuration);
        });

        Assert.AreEqual("\"bob\"", (await host.GetAsync("/roles/name", "Bearer " + token)).Body);
        var denied = await host.GetAsync("/roles/admin", "Bearer " + token);
        var stranger = await host.GetAsync("/roles/admin", "Bearer " + another.IdToken("eve"));

        Assert.AreEqual(401, denied.StatusCode);
        Assert.AreEqual(Plain + "|" + OtherBearer.Name, string.Join("|", denied.Headers("WWW-Authenticate").OrderBy(header => header)));
        StringAssert.Contains(stranger.Headers("WWW-Authenticate").Single(header => header != OtherBearer.Name), UnknownIssuer);
    }

    [TestMethod]
    [DataRow(AuthenticationMode.Active)]
    [DataRow(AuthenticationMode.Passive)]
    public async Task Asking_middlewares_that_do_not_accept_the_token_keeps_its_error(AuthenticationMode mode)
    {
        using var pool = new CognitoTestPool();
        using var another = new CognitoTestPool();
        using var host = OwinTestHost.Start(app =>
        {
            app.UseOtherBearer(AuthenticationMode.Passive, "opaque");
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.AuthenticationMode = mode;
            });
            app.Run(async context =>
            {
                Assert.AreEqual(2, context.Authentication.GetAuthenticationTypes().Count());
                Assert.IsNull(await context.Authentication.AuthenticateAsync(OtherBearer.Name));
                await context.Authentication.AuthenticateAsync("Bearer");
                context.Authentication.Challenge("Bearer");
                context.Response.StatusCode = 401;
            });
        });

        StringAssert.Contains((await host.GetAsync("/", "Bearer " + another.IdToken())).Header("WWW-Authenticate"), UnknownIssuer);
        Assert.AreEqual(Plain, (await host.GetAsync("/", "Bearer " + pool.IdToken())).Header("WWW-Authenticate"));
    }

    // With ForeignTokens = Ignore, a foreign token reaches an open action; every other refused one does not.
    private static async Task<bool> IsForeignAsync(CognitoTestPool pool, string token)
    {
        using var host = StartIgnoring(pool);
        var response = await host.GetAsync("/open", "Bearer " + token);
        Assert.AreEqual(response.StatusCode == 200 ? "nobody" : "", response.Body);
        return response.StatusCode == 200;
    }

    private static OwinTestHost StartIgnoring(CognitoTestPool pool) => ProtectedApp.Start(pool, options =>
    {
        options.InvalidTokens = InvalidTokenHandling.Reject;
        options.ForeignTokens = ForeignTokenHandling.Ignore;
    });

    /// <summary>
    /// Asks a passive neighbour for its user, and names both middlewares in the challenge then, as Web API's HostAuthenticationFilter
    /// does. <c>/open</c> is open to everyone.
    /// </summary>
    private static async Task AnswerAsync(IOwinContext context)
    {
        if (context.Authentication.User?.Identity?.IsAuthenticated != true
            && await context.Authentication.AuthenticateAsync(OtherBearer.Name) is { } ticket)
        {
            context.Authentication.User = new ClaimsPrincipal(ticket.Identity);
            context.Authentication.Challenge(OtherBearer.Name, "Bearer");
        }

        context.Response.StatusCode = context.Request.Path.Value == "/open" ? 200 : 401;
        await context.Response.WriteAsync(context.Authentication.User?.Identity?.Name ?? "nobody");
    }

    [RoutePrefix("roles")]
    public sealed class RolesController : ApiController
    {
        [Authorize]
        [Route("name")]
        [HttpGet]
        public string Name() => User.Identity.Name;

        [Authorize(Roles = "admins")]
        [Route("admin")]
        [HttpGet]
        public IHttpActionResult Admin() => Ok("admin");
    }

    private sealed class OwnPrincipal : IPrincipal
    {
        public IIdentity Identity { get; } = new GenericIdentity("bob");

        public bool IsInRole(string role) => false;
    }
}
