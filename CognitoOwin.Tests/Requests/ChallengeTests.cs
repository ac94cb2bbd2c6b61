using System;
using System.Linq;
using System.Security.Claims;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Validation;
using Microsoft.Owin;
using Microsoft.Owin.Security;
using Microsoft.Owin.Security.Infrastructure;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Requests;

/// <summary>The challenge of a response: exactly one, correctly quoted, for every mode and place of the middleware.</summary>
[TestClass]
public sealed class ChallengeTests
{
    private const string Plain = "Bearer realm=\"api\"";
    private const string Expired = Plain + ", error=\"invalid_token\", error_description=\"The token has expired.\"";
    private const string Unknown = Plain + ", error=\"invalid_token\", error_description=\"The token is from another issuer.\"";

    [TestMethod]
    public async Task Missing_scope_gets_403_with_the_required_scopes()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.RequiredScopes = ["notes/read", "notes/write"]);

        var response = await host.GetAsync("/", "Bearer " + pool.AccessToken());

        Assert.AreEqual(403, response.StatusCode);
        Assert.AreEqual("Forbidden", response.ReasonPhrase);
        Assert.AreEqual(
            Plain + ", error=\"insufficient_scope\", error_description=\"The token lacks a required scope.\", scope=\"notes/read notes/write\"",
            response.Header("WWW-Authenticate"));
        Assert.AreEqual(200, (await host.GetAsync("/open", "Bearer " + pool.AccessToken())).StatusCode);
    }

    [TestMethod]
    public async Task Missing_group_gets_403_without_scopes()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.RequiredGroups = ["staff"]);

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken());

        Assert.AreEqual(403, response.StatusCode);
        Assert.AreEqual(
            Plain + ", error=\"insufficient_scope\", error_description=\"The user is in none of the required groups.\"",
            response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task Denied_user_with_a_valid_token_gets_401_without_an_error()
    {
        using var pool = new CognitoTestPool();
        using var host = Start(app => UseCognito(app, pool), _ => 401);

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken());

        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual(Plain, response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    [DataRow(200)]
    [DataRow(302)]
    [DataRow(403)]
    [DataRow(500)]
    public async Task Response_other_than_401_is_unchanged(int status)
    {
        using var pool = new CognitoTestPool();
        using var host = Start(app => UseCognito(app, pool), _ => status);

        var response = await host.GetAsync("/", "Bearer nonsense");

        Assert.AreEqual(status, response.StatusCode);
        Assert.IsNull(response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task Challenge_has_the_realm_and_scheme_of_the_options()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options =>
        {
            options.Realm = "notes of the team";
            options.AuthenticationSchemes = ["Token", "Bearer"];
        });

        Assert.AreEqual("Token realm=\"notes of the team\"", (await host.GetAsync("/")).Header("WWW-Authenticate"));
        Assert.AreEqual(200, (await host.GetAsync("/", "token " + pool.IdToken())).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + pool.IdToken())).StatusCode);
    }

    [TestMethod]
    [DataRow("a\"b")]
    [DataRow("a\\b")]
    [DataRow("a\r\nSet-Cookie: b=c")]
    [DataRow("a\0b")]
    [DataRow("ä")]
    [DataRow("")]
    public void Realm_that_breaks_the_header_stops_the_start(string realm)
    {
        using var pool = new CognitoTestPool();

        Assert.ThrowsExactly<CognitoConfigurationException>(() => ProtectedApp.Start(pool, options => options.Realm = realm).Dispose());
    }

    [TestMethod]
    [DataRow("He said \"no\".", "He said ?no?.")]
    [DataRow("a\\b", "a?b")]
    [DataRow("a\r\nSet-Cookie: b=c", "a??Set-Cookie: b=c")]
    [DataRow("a\0b\u007F\u0085\u2028", "a?b???")]
    [DataRow("Zoë 七", "Zo? ?")]
    [DataRow("", "The application does not accept this user.")]
    [DataRow("  ", "The application does not accept this user.")]
    public async Task Reason_of_the_application_cannot_end_its_quoted_string(string reason, string shown)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnTokenValidated = context =>
        {
            context.Reject(reason);
            return Task.CompletedTask;
        });

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken());

        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual($"{Plain}, error=\"invalid_token\", error_description=\"{shown}\"", response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task Long_reason_is_cut_at_300_characters()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnProvisionUser = context =>
        {
            context.Reject(new string('x', 100_000));
            return Task.CompletedTask;
        });

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken());

        Assert.AreEqual(
            $"{Plain}, error=\"invalid_token\", error_description=\"{new string('x', 300)}\"", response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task Challenge_shows_no_token_content_by_default()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        foreach (var claim in new[] { "iss", "aud", "token_use", "exp" })
        {
            var challenge = (await host.GetAsync("/", "Bearer " + pool.IdToken().WithClaim(claim, "marker"))).Header("WWW-Authenticate");
            Assert.IsFalse(challenge!.Contains("marker"), challenge);
        }
    }

    [TestMethod]
    public async Task Error_details_show_only_the_value_that_broke_the_rule()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options =>
        {
            options.IncludeErrorDetails = true;
            options.RequiredScopes = ["notes/read"];
            options.RequiredGroups = ["staff"];
        });

        async Task<string> GetDescriptionAsync(CognitoTestToken token)
        {
            string text = token;
            var challenge = (await host.GetAsync("/", "Bearer " + text)).Header("WWW-Authenticate")!;
            foreach (var part in text.Split('.'))
            {
                Assert.IsFalse(challenge.Contains(part.Substring(0, 12)), challenge);
            }

            return challenge.Split(["error_description=\""], StringSplitOptions.None)[1].Split('"')[0];
        }

        var epoch = DateTimeOffset.FromUnixTimeSeconds(1_000_000_000);
        var far = DateTimeOffset.FromUnixTimeSeconds(5_000_000_000);
        Assert.AreEqual("The token must be signed with RS256. The token has alg: none", await GetDescriptionAsync(pool.IdToken().WithHeader("alg", "none")));
        Assert.AreEqual("The token must be signed with RS256.", await GetDescriptionAsync(pool.IdToken().WithHeader("alg", 1)));
        Assert.AreEqual(
            "The token is from another issuer. The token has iss: https://evil.example/??Set-Cookie: a=b?",
            await GetDescriptionAsync(pool.IdToken().WithClaim("iss", "https://evil.example/\r\nSet-Cookie: a=b\"")));
        Assert.AreEqual(
            "The token is from another issuer. The token has iss: " + new string('i', 100),
            await GetDescriptionAsync(pool.IdToken().WithClaim("iss", new string('i', 5000))));
        Assert.AreEqual("The token has expired. The token has exp: 2001-09-09T01:46:40Z", await GetDescriptionAsync(pool.IdToken().WithLifetime(epoch, TimeSpan.Zero)));
        Assert.AreEqual("The token is not valid yet. The token has nbf: 2128-06-11T08:53:20Z", await GetDescriptionAsync(pool.IdToken().WithClaim("nbf", far.ToUnixTimeSeconds())));
        Assert.AreEqual(
            "The token was issued in the future. The token has iat: 2128-06-11T08:53:20Z", await GetDescriptionAsync(pool.IdToken().WithClaim("iat", far.ToUnixTimeSeconds())));
        Assert.AreEqual(
            "The token was issued to another app client. The token has aud: other", await GetDescriptionAsync(pool.IdToken().WithClaim("aud", "other")));
        Assert.AreEqual(
            "The token was issued to another app client. The token has client_id: other", await GetDescriptionAsync(pool.AccessToken().WithClaim("client_id", "other")));
        Assert.AreEqual(
            "The token is neither an ID token nor an access token. The token has token_use: refresh", await GetDescriptionAsync(pool.IdToken().WithClaim("token_use", "refresh")));
        Assert.AreEqual(
            "The token is signed with a key that is not the user pool's. The token has kid: ../key", await GetDescriptionAsync(pool.IdToken().WithHeader("kid", "../key")));
        Assert.AreEqual("The token lacks a required scope. The token has scope: a b", await GetDescriptionAsync(pool.AccessToken().WithScopes("a", "b")));
        Assert.AreEqual(
            "The user is in none of the required groups. The token has cognito:groups: a, b",
            await GetDescriptionAsync(pool.AccessToken().WithScopes("notes/read").WithGroups("a", "b")));
        Assert.AreEqual("The signature of the token is not valid.", await GetDescriptionAsync(pool.IdToken().ForgedWith(TestSigningKey.Create())));
    }

    [TestMethod]
    public async Task Two_middlewares_give_one_challenge()
    {
        using var one = new CognitoTestPool();
        using var other = new CognitoTestPool();
        using var host = Start(app => UseCognito(UseCognito(app, one), other), GetStatus);

        CollectionAssert.AreEqual(new[] { Plain }, (await host.GetAsync("/")).Headers("WWW-Authenticate").ToArray());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Challenge_comes_from_the_middleware_that_knows_the_issuer(bool reversed)
    {
        using var one = new CognitoTestPool();
        using var other = new CognitoTestPool();
        using var stranger = new CognitoTestPool();
        using var host = Start(app => UseCognito(UseCognito(app, reversed ? other : one), reversed ? one : other), GetStatus);

        var expired = await host.GetAsync("/", "Bearer " + one.IdToken().WithLifetime(TimeSpan.FromHours(-1)));
        var unknown = await host.GetAsync("/", "Bearer " + stranger.IdToken());

        CollectionAssert.AreEqual(new[] { Expired }, expired.Headers("WWW-Authenticate").ToArray());
        CollectionAssert.AreEqual(new[] { Unknown }, unknown.Headers("WWW-Authenticate").ToArray());
        Assert.AreEqual("alice", (await host.GetAsync("/", "Bearer " + one.IdToken())).Body);
        Assert.AreEqual("alice", (await host.GetAsync("/", "Bearer " + other.IdToken())).Body);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Token_accepted_by_one_of_two_middlewares_causes_no_error(bool reversed)
    {
        using var one = new CognitoTestPool();
        using var other = new CognitoTestPool();
        using var host = Start(app => UseCognito(UseCognito(app, reversed ? other : one), reversed ? one : other), _ => 401);

        var response = await host.GetAsync("/", "Bearer " + one.IdToken());

        CollectionAssert.AreEqual(new[] { Plain }, response.Headers("WWW-Authenticate").ToArray());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Token_of_the_middleware_without_keys_gets_503(bool reversed)
    {
        using var one = new CognitoTestPool();
        using var other = new CognitoTestPool();
        one.FailJwks();
        using var host = Start(app => UseCognito(UseCognito(app, reversed ? other : one), reversed ? one : other), GetStatus);

        var response = await host.GetAsync("/", "Bearer " + one.IdToken());

        Assert.AreEqual(503, response.StatusCode);
        Assert.IsNull(response.Header("WWW-Authenticate"));
        Assert.AreEqual("1", response.Header("Retry-After"));
    }

    [TestMethod]
    public async Task Challenge_by_name_comes_from_the_named_middleware()
    {
        using var staff = new CognitoTestPool();
        using var customers = new CognitoTestPool();
        using var host = Start(
            app =>
            {
                UseCognito(app, staff, options => SetName(options, "Staff"));
                UseCognito(app, customers, options => SetName(options, "Customers"));
            },
            context =>
            {
                context.Authentication.Challenge("Staff");
                return 401;
            });

        var response = await host.GetAsync("/", "Bearer " + customers.IdToken());

        CollectionAssert.AreEqual(
            new[] { Unknown.Replace("\"api\"", "\"Staff\"") }, response.Headers("WWW-Authenticate").ToArray(), "The staff pool did not issue the token.");

        static void SetName(CognitoJwtAuthenticationOptions options, string name) => (options.AuthenticationType, options.Realm) = (name, name);
    }

    [TestMethod]
    [DataRow("Bearer nonsense", Plain + ", error=\"invalid_token\", error_description=\"The token is not a signed JWT of three segments.\"")]
    [DataRow("Bearer", Plain + ", error=\"invalid_request\", error_description=\"The Authorization header must hold one token: the scheme, a space, the token.\"")]
    public async Task Invalid_token_with_Reject_does_not_reach_the_application(string authorization, string challenge)
    {
        using var pool = new CognitoTestPool();
        var reached = false;
        using var host = Start(app => UseCognito(app, pool, options => options.InvalidTokens = InvalidTokenHandling.Reject), _ =>
        {
            reached = true;
            return 200;
        });

        var response = await host.GetAsync("/open", authorization);

        Assert.IsFalse(reached);
        Assert.AreEqual(401, response.StatusCode);
        CollectionAssert.AreEqual(new[] { challenge }, response.Headers("WWW-Authenticate").ToArray());
        Assert.AreEqual(200, (await host.GetAsync("/open")).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/open", "Bearer " + pool.IdToken())).StatusCode);
    }

    [TestMethod]
    [DataRow(AuthenticationMode.Active)]
    [DataRow(AuthenticationMode.Passive)]
    public async Task Each_rejection_with_Reject_has_its_own_status(AuthenticationMode mode)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options =>
        {
            options.AuthenticationMode = mode;
            options.InvalidTokens = InvalidTokenHandling.Reject;
            options.RequiredScopes = ["notes/read"];
        });

        pool.FailJwks();
        var unavailable = await host.GetAsync("/open", "Bearer " + pool.AccessToken());
        Assert.AreEqual(503, unavailable.StatusCode);
        Assert.AreEqual("1", unavailable.Header("Retry-After"));

        using var working = new CognitoTestPool();
        using var second = ProtectedApp.Start(working, options =>
        {
            options.AuthenticationMode = mode;
            options.InvalidTokens = InvalidTokenHandling.Reject;
            options.RequiredScopes = ["notes/read"];
        });
        var scopeless = await second.GetAsync("/open", "Bearer " + working.AccessToken());
        Assert.AreEqual(403, scopeless.StatusCode);
        StringAssert.Contains(scopeless.Header("WWW-Authenticate"), "scope=\"notes/read\"");
        var expired = await second.GetAsync("/open", "Bearer " + working.AccessToken().WithLifetime(TimeSpan.FromHours(-1)));
        Assert.AreEqual(401, expired.StatusCode);
        Assert.AreEqual(Expired, expired.Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task Inner_middleware_accepts_a_token_that_the_outer_one_accepted()
    {
        using var outer = new CognitoTestPool();
        using var inner = new CognitoTestPool();
        using var host = Start(app => UseCognito(UseCognito(app, outer), inner, options => options.InvalidTokens = InvalidTokenHandling.Reject), GetStatus);

        Assert.AreEqual("alice", (await host.GetAsync("/", "Bearer " + outer.IdToken())).Body);
        Assert.AreEqual("alice", (await host.GetAsync("/", "Bearer " + inner.IdToken())).Body);
        Assert.AreEqual(401, (await host.GetAsync("/open", "Bearer nonsense")).StatusCode);
    }

    [TestMethod]
    public async Task Passive_mode_without_a_challenge_does_nothing()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.AuthenticationMode = AuthenticationMode.Passive);

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken());

        Assert.AreEqual(401, response.StatusCode);
        Assert.IsNull(response.Header("WWW-Authenticate"));
        Assert.AreEqual(0, pool.JwksFetches);
    }

    [TestMethod]
    public async Task Passive_mode_challenge_names_the_error_of_the_token()
    {
        using var pool = new CognitoTestPool();
        var provisioned = 0;
        using var host = Start(
            app => UseCognito(app, pool, options =>
            {
                options.AuthenticationMode = AuthenticationMode.Passive;
                options.Provider.OnProvisionUser = _ => Task.FromResult(provisioned++);
            }),
            context =>
            {
                context.Authentication.Challenge("Bearer");
                return 401;
            });

        Assert.AreEqual(Plain, (await host.GetAsync("/")).Header("WWW-Authenticate"));
        Assert.AreEqual(Plain, (await host.GetAsync("/", "Bearer " + pool.IdToken())).Header("WWW-Authenticate"));
        Assert.AreEqual(
            Expired, (await host.GetAsync("/", "Bearer " + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)))).Header("WWW-Authenticate"));
        Assert.AreEqual(0, provisioned, "A challenge does not provision a user.");
    }

    [TestMethod]
    public async Task Passive_mode_AuthenticateAsync_returns_the_user()
    {
        using var pool = new CognitoTestPool();
        using var host = OwinTestHost.Start(app =>
        {
            UseCognito(app, pool, options => options.AuthenticationMode = AuthenticationMode.Passive);
            app.Run(async context =>
            {
                var result = await context.Authentication.AuthenticateAsync("Bearer");
                if (result == null)
                {
                    context.Authentication.Challenge("Bearer");
                }
                else
                {
                    await context.Response.WriteAsync(result.Identity.Name);
                }
            });
        });

        Assert.AreEqual("alice", (await host.GetAsync("/", "Bearer " + pool.IdToken())).Body);
        Assert.AreEqual(
            Expired, (await host.GetAsync("/", "Bearer " + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)))).Header("WWW-Authenticate"));
    }

    [TestMethod]
    [DataRow(AuthenticationMode.Active, false)]
    [DataRow(AuthenticationMode.Active, true)]
    [DataRow(AuthenticationMode.Passive, true)]
    public async Task Web_API_gets_200_401_or_403_for_each_kind_of_token(AuthenticationMode mode, bool suppressHost)
    {
        using var pool = new CognitoTestPool();
        using var host = OwinTestHost.Start(app =>
        {
            UseCognito(app, pool, options =>
            {
                options.AuthenticationMode = mode;
                options.RequiredGroups = ["staff"];
            });
            var configuration = WebApiOnOwin.Configure(typeof(NotesController));
            if (suppressHost)
            {
                configuration.SuppressDefaultHostAuthentication();
                configuration.Filters.Add(WebApiOnOwin.HostAuthenticationFilter("Bearer"));
            }

            app.UseWebApi(configuration);
        });

        Assert.AreEqual("\"alice\"", (await host.GetAsync("/notes", "Bearer " + pool.IdToken().WithGroups("staff"))).Body);

        var anonymous = await host.GetAsync("/notes");
        Assert.AreEqual(401, anonymous.StatusCode);
        CollectionAssert.AreEqual(new[] { Plain }, anonymous.Headers("WWW-Authenticate").ToArray());

        var expired = await host.GetAsync("/notes", "Bearer " + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)));
        Assert.AreEqual(401, expired.StatusCode);
        CollectionAssert.AreEqual(new[] { Expired }, expired.Headers("WWW-Authenticate").ToArray());

        var guest = await host.GetAsync("/notes", "Bearer " + pool.IdToken().WithGroups("guests"));
        Assert.AreEqual(403, guest.StatusCode);
        StringAssert.Contains(guest.Header("WWW-Authenticate"), "error=\"insufficient_scope\"");

        Assert.AreEqual(200, (await host.GetAsync("/notes/open", "Bearer nonsense")).StatusCode);
    }

    // TestServer runs the callback of an outer cookie middleware first, so a test with it sees the redirect. No server does.
    [TestMethod]
    [DataRow(CallbackOrder.LastInFirstOut, 401)]
    [DataRow(CallbackOrder.FirstInFirstOut, 302)]
    public async Task Client_with_an_expired_token_gets_401_instead_of_a_redirect(CallbackOrder order, int expected)
    {
        using var pool = new CognitoTestPool();
        using var host = Start(app => UseCognito(app.Use(typeof(FakeCookieMiddleware)), pool), GetStatus, order);

        var browser = await host.GetAsync("/");
        var expired = await host.GetAsync("/", "Bearer " + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)));

        Assert.AreEqual(302, browser.StatusCode);
        Assert.AreEqual(expected, expired.StatusCode);
        Assert.AreEqual(expected == 401 ? Expired : null, expired.Header("WWW-Authenticate"));
        Assert.AreEqual("alice", (await host.GetAsync("/", "Bearer " + pool.IdToken())).Body);
    }

    [TestMethod]
    [DataRow(CallbackOrder.LastInFirstOut)]
    [DataRow(CallbackOrder.FirstInFirstOut)]
    public async Task Rejected_client_gets_401_instead_of_a_redirect(CallbackOrder order)
    {
        using var pool = new CognitoTestPool();
        using var host = Start(
            app => UseCognito(app.Use(typeof(FakeCookieMiddleware)), pool, options => options.InvalidTokens = InvalidTokenHandling.Reject),
            GetStatus,
            order);

        Assert.AreEqual(401, (await host.GetAsync("/open", "Bearer nonsense")).StatusCode);
    }

    [TestMethod]
    public async Task Started_response_is_unchanged_and_a_401_has_its_challenge()
    {
        using var pool = new CognitoTestPool();
        using var host = OwinTestHost.Start(app =>
        {
            UseCognito(app, pool);
            app.Run(async context =>
            {
                context.Response.StatusCode = context.Request.Path.Value == "/late" ? 200 : 401;
                await context.Response.WriteAsync("started, ");
                context.Response.StatusCode = 401;
                await context.Response.WriteAsync("done");
            });
        });

        var late = await host.GetAsync("/late", "Bearer nonsense");
        var early = await host.GetAsync("/early", "Bearer " + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)));

        Assert.AreEqual(200, late.StatusCode);
        Assert.IsNull(late.Header("WWW-Authenticate"));
        Assert.AreEqual("started, done", late.Body);
        Assert.AreEqual(401, early.StatusCode);
        CollectionAssert.AreEqual(new[] { Expired }, early.Headers("WWW-Authenticate").ToArray());
    }

    [TestMethod]
    public async Task Response_of_401_with_a_body_becomes_503_during_an_outage()
    {
        using var pool = new CognitoTestPool();
        pool.FailJwks();
        using var host = ProtectedApp.Start(pool);

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken());

        Assert.AreEqual(503, response.StatusCode);
        Assert.AreEqual("Service Unavailable", response.ReasonPhrase);
        Assert.AreEqual("Authorization has been denied for this request.", response.Body);
    }

    [TestMethod]
    [DataRow("Bearer a,b")]
    [DataRow("Bearer,a")]
    [DataRow("Bearer\t")]
    [DataRow("Bearer \t ")]
    [DataRow("BEARER")]
    [DataRow("Bearer a\r\nX-Injected: b")]
    [DataRow("Bearer ä")]
    [DataRow("Bearer a\0b")]
    [DataRow("Bearer a\u00A0b")]
    [DataRow("Bearer %2e%2e")]
    [DataRow("Bearer {\"alg\":\"none\"}")]
    public async Task Header_without_exactly_one_token_gets_invalid_request(string authorization)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        var response = await host.GetAsync("/", authorization);

        Assert.AreEqual(401, response.StatusCode);
        StringAssert.StartsWith(response.Header("WWW-Authenticate"), Plain + ", error=\"invalid_request\"");
    }

    [TestMethod]
    [DataRow("Bearer a", "Basic b")]
    [DataRow("Basic a", "Bearer b")]
    [DataRow("Bearer a", "")]
    [DataRow(null, "Bearer a")]
    public async Task Second_Authorization_header_gets_invalid_request(string? one, string? other)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        var response = await host.SendAsync(new OwinTestRequest("GET", "/") { Headers = { ["Authorization"] = [one!, other!] } });

        StringAssert.Contains(response.Header("WWW-Authenticate"), "error=\"invalid_request\"");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" ")]
    [DataRow("Bearer\u00A0abc")]
    [DataRow("Bearerabc")]
    [DataRow("\"Bearer\" abc")]
    [DataRow("Negotiate abc, NTLM")]
    public async Task Header_of_another_scheme_is_ignored(string authorization)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        Assert.AreEqual(Plain, (await host.GetAsync("/", authorization)).Header("WWW-Authenticate"));
        var twice = new OwinTestRequest("GET", "/") { Headers = { ["Authorization"] = [authorization, "Basic abc"] } };
        Assert.AreEqual(Plain, (await host.SendAsync(twice)).Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task Token_between_spaces_and_tabs_is_accepted()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        Assert.AreEqual("alice", (await host.GetAsync("/", " \tbEARER \t" + pool.IdToken() + " \t")).Body);
    }

    [TestMethod]
    public async Task Header_of_one_megabyte_gets_token_too_long()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        var response = await host.GetAsync("/", "Bearer " + new string('A', 1_048_576));

        StringAssert.Contains(response.Header("WWW-Authenticate"), "error_description=\"The token is too long.\"");
    }

    [TestMethod]
    public async Task Attacks_of_the_corpus_get_401_with_a_clean_challenge()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.IncludeErrorDetails = true);

        // White space before a token belongs to the header, so this one is no attack here.
        foreach (var (attack, token) in AttackCorpus.CreateTokens(pool).Where(each => each.Attack.Name != "segment 0: a tab before it"))
        {
            var response = await host.GetAsync("/", "Bearer " + token);

            Assert.AreEqual(401, response.StatusCode, attack.Name);
            var challenge = response.Headers("WWW-Authenticate").Single();
            Assert.IsTrue(challenge.All(c => c is >= ' ' and <= '~') && challenge.Count(c => c == '"') == 6, attack.Name);
        }
    }

    private static IAppBuilder UseCognito(IAppBuilder app, CognitoTestPool pool, Action<CognitoJwtAuthenticationOptions>? configure = null)
    {
        var options = new CognitoJwtAuthenticationOptions();
        pool.Configure(options);
        configure?.Invoke(options);
        return app.UseCognitoJwt(options);
    }

    private static OwinTestHost Start(
        Action<IAppBuilder> configuration,
        Func<IOwinContext, int> answer,
        CallbackOrder order = CallbackOrder.LastInFirstOut) =>
        OwinTestHost.Start(
            app =>
            {
                configuration(app);
                app.Run(context =>
                {
                    context.Response.StatusCode = answer(context);
                    return context.Response.WriteAsync(context.Authentication.User?.Identity?.Name ?? "nobody");
                });
            },
            order);

    private static int GetStatus(IOwinContext context) =>
        context.Request.Path.Value == "/open" || context.Authentication.User?.Identity?.IsAuthenticated == true ? 200 : 401;

    [RoutePrefix("notes")]
    public sealed class NotesController : ApiController
    {
        [Authorize]
        [Route("")]
        [HttpGet]
        public string Protected() => ((ClaimsPrincipal)User).FindFirst("cognito:username")!.Value;

        [Route("open")]
        [HttpGet]
        public IHttpActionResult Open() => Ok("open");
    }

    /// <summary>Redirects a 401 to the sign-in page, as Katana's cookie middleware does in active mode.</summary>
    private sealed class FakeCookieMiddleware(OwinMiddleware next)
        : AuthenticationMiddleware<FakeCookieMiddleware.CookieOptions>(next, new CookieOptions())
    {
        protected override AuthenticationHandler<CookieOptions> CreateHandler() => new Handler();

        public sealed class CookieOptions() : AuthenticationOptions("Cookies");

        private sealed class Handler : AuthenticationHandler<CookieOptions>
        {
            protected override Task<AuthenticationTicket> AuthenticateCoreAsync() => Task.FromResult<AuthenticationTicket>(null!);

            protected override Task ApplyResponseChallengeAsync()
            {
                if (Response.StatusCode == 401 && Helper.LookupChallenge(Options.AuthenticationType, Options.AuthenticationMode) != null)
                {
                    Response.StatusCode = 302;
                    Response.Headers.Set("Location", "/sign-in");
                }

                return Task.CompletedTask;
            }
        }
    }
}
