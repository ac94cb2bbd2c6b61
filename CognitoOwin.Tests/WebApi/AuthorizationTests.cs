using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Claims;
using System.Security.Principal;
using System.Threading;
using System.Threading.Tasks;
using System.Web.Http;
using System.Web.Http.Controllers;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Validation;
using CognitoOwin.WebApi;
using Microsoft.Owin.Security;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.WebApi;

/// <summary>The user that controllers see and the requests that they accept, for each way to host Web API behind the middleware.</summary>
[TestClass]
public sealed class AuthorizationTests : IDisposable
{
    private const string Anonymous = "Bearer realm=\"api\"";

    private readonly CognitoTestPool _staff = new();
    private readonly CognitoTestPool _customers = new(clientId: "2example");

    /// <summary>The default; then HostAuthenticationFilter with an active middleware and with a passive one.</summary>
    public static IEnumerable<object[]> Hostings =>
    [
        [AuthenticationMode.Active, false],
        [AuthenticationMode.Active, true],
        [AuthenticationMode.Passive, true],
    ];

    [TestMethod]
    [DynamicData(nameof(Hostings))]
    public async Task Controller_sees_name_id_groups_pool_and_local_user(AuthenticationMode mode, bool isHostSuppressed)
    {
        using var host = Start(mode, isHostSuppressed);
        var token = _staff.IdToken("alice").WithGroups("admins", "readers");

        var response = await host.GetAsync("/me", "Bearer " + token);

        Assert.AreEqual(200, response.StatusCode, response.Body);
        Assert.AreEqual(
            $"\"alice|{TokenReader.ReadSubject(token)}|admins,readers|staff|{_staff.ClientId}|Id|alice at home\"", response.Body);
    }

    [TestMethod]
    [DynamicData(nameof(Hostings))]
    public async Task Authorize_gives_an_anonymous_request_one_challenge(AuthenticationMode mode, bool isHostSuppressed)
    {
        using var host = Start(mode, isHostSuppressed);

        var anonymous = await host.GetAsync("/me");
        var expired = await host.GetAsync("/me", "Bearer " + _staff.IdToken().WithLifetime(TimeSpan.FromHours(-1)));

        Assert.AreEqual(401, anonymous.StatusCode);
        CollectionAssert.AreEqual(new[] { Anonymous }, anonymous.Headers("WWW-Authenticate").ToArray());
        Assert.AreEqual(401, expired.StatusCode);
        CollectionAssert.AreEqual(
            new[] { Anonymous + ", error=\"invalid_token\", error_description=\"The token has expired.\"" },
            expired.Headers("WWW-Authenticate").ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Hostings))]
    public async Task Groups_are_the_roles_of_Authorize(AuthenticationMode mode, bool isHostSuppressed)
    {
        using var host = Start(mode, isHostSuppressed);

        Assert.AreEqual(200, (await host.GetAsync("/roles", "Bearer " + _staff.IdToken().WithGroups("admins"))).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/roles", "Bearer " + _staff.AccessToken().WithGroups("admins"))).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/roles", "Bearer " + _staff.IdToken().WithClaim("cognito:groups", "admins"))).StatusCode);
        Assert.AreEqual(401, (await host.GetAsync("/roles", "Bearer " + _staff.IdToken().WithGroups("readers"))).StatusCode);
    }

    [TestMethod]
    [DynamicData(nameof(Hostings))]
    public async Task CognitoAuthorize_gives_401_without_a_user_and_403_without_the_group(
        AuthenticationMode mode, bool isHostSuppressed)
    {
        using var host = Start(mode, isHostSuppressed);

        var anonymous = await host.GetAsync("/groups");
        var reader = await host.GetAsync("/groups", "Bearer " + _staff.IdToken().WithGroups("readers"));
        var editor = await host.GetAsync("/groups", "Bearer " + _staff.IdToken().WithGroups("readers", "editors"));

        Assert.AreEqual(401, anonymous.StatusCode);
        CollectionAssert.AreEqual(new[] { Anonymous }, anonymous.Headers("WWW-Authenticate").ToArray());
        AssertForbidden(reader, "The user is in none of the required groups.");
        Assert.AreEqual(200, editor.StatusCode);
    }

    [TestMethod]
    [DynamicData(nameof(Hostings))]
    public async Task User_of_another_pool_gets_403(AuthenticationMode mode, bool isHostSuppressed)
    {
        using var host = Start(mode, isHostSuppressed);

        Assert.AreEqual(200, (await host.GetAsync("/staff", "Bearer " + _staff.IdToken())).StatusCode);
        AssertForbidden(
            await host.GetAsync("/staff", "Bearer " + CreateCustomerToken()), "Users of this user pool are not accepted here.");
        Assert.AreEqual(200, (await host.GetAsync("/me", "Bearer " + CreateCustomerToken())).StatusCode);
    }

    [TestMethod]
    public async Task UsersOnly_accepts_both_tokens_of_a_user_and_no_client()
    {
        using var host = Start();

        foreach (string token in new[] { _staff.IdToken(), _staff.AccessToken() })
        {
            var answer = await host.GetAsync("/mine", "Bearer " + token);
            Assert.AreEqual((200, "\"alice at home\""), (answer.StatusCode, answer.Body));
        }

        AssertForbidden(
            await host.GetAsync("/mine", "Bearer " + _staff.ClientCredentialsToken("notes/read")),
            "A user is needed here, and the token is of a client that acts for itself.");
        Assert.AreEqual(401, (await host.GetAsync("/mine")).StatusCode);
    }

    [TestMethod]
    public async Task Token_of_another_client_gets_403()
    {
        using var host = Start();

        Assert.AreEqual(200, (await host.GetAsync("/clients", "Bearer " + CreateCustomerToken())).StatusCode);
        AssertForbidden(await host.GetAsync("/clients", "Bearer " + _staff.IdToken()), "Tokens of this app client are not accepted here.");
        AssertForbidden(await host.GetAsync("/clients", "Bearer " + _staff.AccessToken()), "Tokens of this app client are not accepted here.");
        Assert.AreEqual(401, (await host.GetAsync("/clients")).StatusCode);
        Assert.AreEqual("9web,2example", new CognitoAuthorizeAttribute { ClientIds = "9web, 2example" }.ClientIds);
        Assert.ThrowsExactly<ArgumentException>(() => new CognitoAuthorizeAttribute { ClientIds = " , " });
    }

    [TestMethod]
    public async Task Users_of_every_issuer_are_of_the_pool()
    {
        using var host = Start();

        foreach (var issuer in _staff.UserPool.Issuers)
        {
            Assert.AreEqual(200, (await host.GetAsync("/staff", "Bearer " + _staff.IdToken().FromIssuer(issuer))).StatusCode, issuer);
        }
    }

    [TestMethod]
    public async Task Missing_scope_gets_403_with_the_required_scopes()
    {
        using var host = Start();

        AssertForbidden(
            await host.GetAsync("/scopes", "Bearer " + _staff.AccessToken().WithScopes("notes/delete")),
            "The token lacks a required scope.",
            ", scope=\"notes/read notes/write\"");
        AssertForbidden(
            await host.GetAsync("/scopes", "Bearer " + _staff.IdToken()),
            "The token lacks a required scope.",
            ", scope=\"notes/read notes/write\"");
        Assert.AreEqual(200, (await host.GetAsync("/scopes", "Bearer " + _staff.AccessToken().WithScopes("openid", "notes/write"))).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/scopes", "Bearer " + _staff.ClientCredentialsToken("notes/read"))).StatusCode);
    }

    [TestMethod]
    public async Task Token_of_the_wrong_use_gets_403()
    {
        using var host = Start();

        Assert.AreEqual(200, (await host.GetAsync("/id", "Bearer " + _staff.IdToken())).StatusCode);
        AssertForbidden(await host.GetAsync("/id", "Bearer " + _staff.AccessToken()), "An ID token is needed here.");
        Assert.AreEqual(200, (await host.GetAsync("/access", "Bearer " + _staff.AccessToken())).StatusCode);
        AssertForbidden(await host.GetAsync("/access", "Bearer " + _staff.IdToken()), "An access token is needed here.");
    }

    [TestMethod]
    public async Task Roles_and_Users_work_as_on_AuthorizeAttribute_but_give_403()
    {
        using var host = Start();

        Assert.AreEqual(200, (await host.GetAsync("/named", "Bearer " + _staff.IdToken("alice").WithGroups("admins"))).StatusCode);
        AssertForbidden(await host.GetAsync("/named", "Bearer " + _staff.IdToken("bob").WithGroups("admins")), "The user may not do this.");
        AssertForbidden(await host.GetAsync("/named", "Bearer " + _staff.IdToken("alice")), "The user may not do this.");
    }

    [TestMethod]
    public async Task User_must_satisfy_every_attribute()
    {
        using var host = Start();

        var both = _staff.AccessToken().WithScopes("notes/read").WithGroups("admins");
        Assert.AreEqual(200, (await host.GetAsync("/both", "Bearer " + both)).StatusCode);
        AssertForbidden(
            await host.GetAsync("/both", "Bearer " + _staff.AccessToken().WithScopes("notes/read")),
            "The user is in none of the required groups.");
        AssertForbidden(
            await host.GetAsync("/both", "Bearer " + _staff.AccessToken().WithGroups("admins")),
            "The token lacks a required scope.",
            ", scope=\"notes/read\"");
    }

    [TestMethod]
    public async Task Global_filter_guards_every_action_except_AllowAnonymous()
    {
        using var host = Start(configure: configuration => configuration.Filters.Add(new CognitoAuthorizeAttribute { UserPool = "staff" }));

        Assert.AreEqual(401, (await host.GetAsync("/unmarked")).StatusCode);
        Assert.AreEqual(403, (await host.GetAsync("/unmarked", "Bearer " + CreateCustomerToken())).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/unmarked", "Bearer " + _staff.IdToken())).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/open")).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/open", "Bearer " + CreateCustomerToken())).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/open", "Bearer nonsense")).StatusCode);
    }

    [TestMethod]
    public async Task Controller_attribute_guards_every_action_except_AllowAnonymous()
    {
        using var host = WebApiApp.Start(_staff, _customers, typeof(GuardedController));

        Assert.AreEqual(200, (await host.GetAsync("/guarded/open")).StatusCode);
        Assert.AreEqual(401, (await host.GetAsync("/guarded/closed")).StatusCode);
        Assert.AreEqual(403, (await host.GetAsync("/guarded/closed", "Bearer " + _staff.IdToken())).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/guarded/closed", "Bearer " + _staff.IdToken().WithGroups("admins"))).StatusCode);
    }

    [TestMethod]
    public async Task Derived_attribute_can_add_a_rule_and_await_its_answer()
    {
        using var host = Start();

        Assert.AreEqual(200, (await host.GetAsync("/tenant", "Bearer " + _staff.IdToken().WithCustomAttribute("tenant", "acme"))).StatusCode);
        AssertForbidden(await host.GetAsync("/tenant", "Bearer " + _staff.IdToken()), "The user may not do this.");
        Assert.AreEqual(200, (await host.GetAsync("/slow", "Bearer " + _staff.IdToken("alice"))).StatusCode);
        AssertForbidden(await host.GetAsync("/slow", "Bearer " + _staff.IdToken("bob")), "The user may not do this.");
    }

    [TestMethod]
    public async Task User_of_another_middleware_gets_401_from_CognitoAuthorize()
    {
        using var host = Start();
        var windows = new FakeWindowsUser();

        var alone = await host.SendAsync(new OwinTestRequest("GET", "/groups") { User = windows });
        var withToken = await host.SendAsync(new OwinTestRequest("GET", "/groups")
        {
            User = windows,
            Authorization = "Bearer " + _staff.IdToken().WithGroups("admins"),
        });

        Assert.AreEqual(401, alone.StatusCode);
        Assert.AreEqual(Anonymous, alone.Header("WWW-Authenticate"));
        Assert.AreEqual(200, withToken.StatusCode);
    }

    [TestMethod]
    public async Task Challenge_of_a_403_has_the_scheme_and_realm_of_the_middleware()
    {
        using var host = Start(options: options =>
        {
            options.Realm = "notes of Alice";
            options.AuthenticationSchemes = ["Token", "Bearer"];
        });

        var response = await host.GetAsync("/groups", "Token " + _staff.IdToken());

        Assert.AreEqual(
            "Token realm=\"notes of Alice\", error=\"insufficient_scope\", error_description=\"The user is in none of the required groups.\"",
            response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" , ")]
    public void Empty_list_of_groups_or_scopes_throws(string text)
    {
        var attribute = new CognitoAuthorizeAttribute();

        Assert.ThrowsExactly<ArgumentException>(() => attribute.Groups = text);
        Assert.ThrowsExactly<ArgumentException>(() => attribute.Scopes = text);
    }

    [TestMethod]
    public void Scope_that_would_break_the_header_throws()
    {
        Assert.ThrowsExactly<ArgumentException>(() => new CognitoAuthorizeAttribute { Scopes = "a\"b" });
        Assert.ThrowsExactly<ArgumentException>(() => new CognitoAuthorizeAttribute { Scopes = "a\r\nb" });
    }

    [TestMethod]
    public void Groups_and_Scopes_are_read_back_normalized()
    {
        var attribute = new CognitoAuthorizeAttribute { Groups = " a, b ", Scopes = "x y,z" };

        Assert.AreEqual("a,b", attribute.Groups);
        Assert.AreEqual("x,y,z", attribute.Scopes);
        attribute.Groups = null;
        Assert.IsNull(attribute.Groups);
    }

    [TestMethod]
    public void Principal_without_a_Cognito_token_has_no_Cognito_values()
    {
        var principal = new FakeWindowsUser();

        Assert.IsNull(principal.GetCognitoUserPool());
        Assert.IsNull(principal.GetCognitoClientId());
        Assert.IsNull(principal.GetCognitoSubject());
        Assert.IsNull(principal.GetCognitoUser<WebApiApp.LocalUser>());
        Assert.AreEqual(0, principal.GetCognitoGroups().Count);
        Assert.IsNull(principal.CreateInsufficientScopeChallenge("The user may not do this."));
    }

    public void Dispose()
    {
        _staff.Dispose();
        _customers.Dispose();
    }

    private OwinTestHost Start(
        AuthenticationMode mode = AuthenticationMode.Active,
        bool isHostSuppressed = false,
        Action<HttpConfiguration>? configure = null,
        Action<CognitoJwtAuthenticationOptions>? options = null) =>
        WebApiApp.Start(_staff, _customers, typeof(ProtectedController), mode, isHostSuppressed, configure, options);

    private CognitoTestToken CreateCustomerToken() => _customers.IdToken("carol");

    private static void AssertForbidden(OwinTestResponse response, string description, string scope = "")
    {
        Assert.AreEqual(403, response.StatusCode, response.Body);
        CollectionAssert.AreEqual(
            new[] { $"{Anonymous}, error=\"insufficient_scope\", error_description=\"{description}\"{scope}" },
            response.Headers("WWW-Authenticate").ToArray());
        Assert.AreEqual($"{{\"Message\":\"{description}\"}}", response.Body);
    }

    public sealed class ProtectedController : ApiController
    {
        [HttpGet, Authorize, Route("me")]
        public string Me() => string.Join(
            "|",
            User.Identity.Name,
            ((ClaimsIdentity)User.Identity).FindFirst(ClaimTypes.NameIdentifier).Value,
            string.Join(",", User.GetCognitoGroups()),
            User.GetCognitoUserPool(),
            User.GetCognitoClientId(),
            User.GetCognitoTokenUse(),
            Request.GetCognitoUser<WebApiApp.LocalUser>()?.Name);

        [HttpGet, Authorize(Roles = "admins"), Route("roles")]
        public IHttpActionResult Roles() => Ok();

        [HttpGet, CognitoAuthorize(Groups = "admins, editors"), Route("groups")]
        public IHttpActionResult Groups() => Ok();

        [HttpGet, CognitoAuthorize(Scopes = "notes/read,notes/write"), Route("scopes")]
        public IHttpActionResult Scopes() => Ok();

        [HttpGet, CognitoAuthorize(TokenUse = CognitoTokenUse.Id), Route("id")]
        public IHttpActionResult Id() => Ok();

        [HttpGet, CognitoAuthorize(TokenUse = CognitoTokenUse.Access), Route("access")]
        public IHttpActionResult Access() => Ok();

        [HttpGet, CognitoAuthorize(UsersOnly = true), Route("mine")]
        public string Mine() => Request.GetCognitoUser<WebApiApp.LocalUser>()!.Name;

        [HttpGet, CognitoAuthorize(ClientIds = "9web, 2example"), Route("clients")]
        public IHttpActionResult Clients() => Ok();

        [HttpGet, CognitoAuthorize(UserPool = "staff"), Route("staff")]
        public IHttpActionResult Staff() => Ok();

        [HttpGet, CognitoAuthorize(Roles = "admins", Users = "alice"), Route("named")]
        public IHttpActionResult Named() => Ok();

        [HttpGet, CognitoAuthorize(Scopes = "notes/read"), CognitoAuthorize(Groups = "admins"), Route("both")]
        public IHttpActionResult Both() => Ok();

        [HttpGet, Route("unmarked")]
        public IHttpActionResult Unmarked() => Ok();

        [HttpGet, AllowAnonymous, Route("open")]
        public IHttpActionResult Open() => Ok();

        [HttpGet, AuthorizeTenant("acme"), Route("tenant")]
        public IHttpActionResult Tenant() => Ok();

        [HttpGet, AuthorizeSlowly, Route("slow")]
        public IHttpActionResult Slow() => Ok();
    }

    [CognitoAuthorize(Groups = "admins"), RoutePrefix("guarded")]
    public sealed class GuardedController : ApiController
    {
        [HttpGet, AllowAnonymous, Route("open")]
        public IHttpActionResult Open() => Ok();

        [HttpGet, Route("closed")]
        public IHttpActionResult Closed() => Ok();
    }

    public sealed class AuthorizeTenantAttribute(string tenant) : CognitoAuthorizeAttribute
    {
        protected override bool IsAuthorized(HttpActionContext actionContext) =>
            base.IsAuthorized(actionContext)
            && ((ClaimsPrincipal)actionContext.RequestContext.Principal).HasClaim("tenant", tenant);
    }

    public sealed class AuthorizeSlowlyAttribute : CognitoAuthorizeAttribute
    {
        public override async Task OnAuthorizationAsync(HttpActionContext actionContext, CancellationToken cancellationToken)
        {
            await base.OnAuthorizationAsync(actionContext, cancellationToken);
            await Task.Yield();
            if (actionContext.Response == null && actionContext.RequestContext.Principal.GetCognitoUsername() != "alice")
            {
                HandleUnauthorizedRequest(actionContext);
            }
        }
    }

    private sealed class FakeWindowsUser() : GenericPrincipal(new GenericIdentity("HOME\\alice", "Negotiate"), []);
}
