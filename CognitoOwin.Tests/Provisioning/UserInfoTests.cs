using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Validation;
using Microsoft.Extensions.Time.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Newtonsoft.Json.Linq;

namespace CognitoOwin.Tests.Provisioning;

/// <summary>Access tokens whose profile the library reads from the user pool, over a real connection to a test server.</summary>
[TestClass]
public sealed class UserInfoTests : IDisposable
{
    private const string NotActive = "error=\"invalid_token\", error_description=\"The token was revoked, or its user is not active.\"";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly LoopbackServer _server = LoopbackServer.Start();
    private readonly CognitoTestPool _pool;
    private readonly List<CognitoProvisionUserContext> _seen = [];

    public UserInfoTests()
    {
        _pool = new CognitoTestPool { TimeProvider = _time };
        _pool.UserPool.Endpoint = _server.Address;
        _pool.UserPool.Domain = _server.Address;
    }

    [TestMethod]
    public async Task GetUser_gives_the_handler_the_profile_once_per_token()
    {
        using var host = StartGetUser();
        string token = _pool.AccessToken("alice").WithGroups("admins");
        ServeProfile(token, ("email", "alice@example.com"), ("email_verified", "true"), ("custom:tenant", "acme"), ("given_name", "Alice"));

        var answers = new[]
        {
            await host.GetAsync("/", "Bearer " + token),
            await host.GetAsync("/", "Bearer " + token),
        };

        Assert.IsTrue(answers.All(answer => answer.StatusCode == 200 && answer.Body == "42"));
        var user = _seen.Single();
        Assert.AreEqual("alice", user.Username);
        Assert.AreEqual("alice@example.com", user.Email);
        Assert.IsTrue(user.EmailVerified);
        Assert.AreEqual("acme", user.Attributes["custom:tenant"]);
        Assert.AreEqual("Alice", user.Attributes["given_name"]);
        Assert.AreEqual(TokenReader.ReadSubject(token), user.Attributes["sub"]);
        CollectionAssert.AreEqual(new[] { "admins" }, user.Groups.ToArray());
        Assert.AreEqual(CognitoTokenUse.Access, user.TokenUse);
        Assert.AreEqual(token, user.RawToken);

        var request = _server.Requests.Single();
        Assert.AreEqual("POST", request.Method);
        Assert.AreEqual("/", request.Target);
        Assert.AreEqual("AWSCognitoIdentityProviderService.GetUser", request.Headers["X-Amz-Target"]);
        Assert.AreEqual("application/x-amz-json-1.1", request.Headers["Content-Type"]);
        Assert.IsFalse(request.Headers.ContainsKey("Authorization"));
        Assert.IsTrue(JToken.DeepEquals(new JObject { ["AccessToken"] = token }, JObject.Parse(request.Body)));
    }

    [TestMethod]
    public async Task OidcUserInfo_gives_the_handler_the_profile()
    {
        using var host = StartOidc();
        string token = _pool.AccessToken("alice").WithScopes("openid", "email");
        _server.OnRequest = _ => CreateJson(new JObject
        {
            ["sub"] = TokenReader.ReadSubject(token),
            ["email"] = "alice@example.com",
            ["email_verified"] = "true",
            ["username"] = "alice",
            ["identities"] = "[{\"userId\":\"113\",\"providerName\":\"Google\",\"providerType\":\"Google\",\"primary\":true}]",
        });

        var answer = await host.GetAsync("/", "Bearer " + token);

        Assert.AreEqual(200, answer.StatusCode);
        var user = _seen.Single();
        Assert.AreEqual("alice@example.com", user.Email);
        Assert.IsTrue(user.EmailVerified);
        Assert.AreEqual("Google", user.Identities.Single().ProviderName);
        var request = _server.Requests.Single();
        Assert.AreEqual("GET", request.Method);
        Assert.AreEqual("/oauth2/userInfo", request.Target);
        Assert.AreEqual("Bearer " + token, request.Headers["Authorization"]);
    }

    [TestMethod]
    public async Task Concurrent_first_requests_of_a_token_share_one_call()
    {
        using var host = StartGetUser();
        string token = _pool.AccessToken();
        ServeProfile(token);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => host.GetAsync("/", "Bearer " + token))));

        Assert.IsTrue(answers.All(answer => answer.StatusCode == 200));
        Assert.AreEqual(1, _server.Requests.Count);
        Assert.AreEqual(1, _seen.Count);
    }

    [TestMethod]
    public async Task EveryRequest_runs_the_handler_every_time_and_reads_the_profile_once()
    {
        using var host = StartGetUser(options => options.Provisioning = CognitoProvisioning.EveryRequest);
        string token = _pool.AccessToken();
        ServeProfile(token, ("email", "alice@example.com"));

        await host.GetAsync("/", "Bearer " + token);
        await host.GetAsync("/", "Bearer " + token);

        Assert.AreEqual(2, _seen.Count);
        Assert.IsTrue(_seen.All(user => user.Email == "alice@example.com"));
        Assert.AreEqual(1, _server.Requests.Count);
    }

    [TestMethod]
    public async Task Handler_that_failed_or_rejected_runs_again_with_the_known_profile()
    {
        var runs = 0;
        using var host = ProvisionedApp.Start(
            _pool,
            context =>
            {
                switch (++runs)
                {
                    case 1: throw new InvalidOperationException("The database is down.");
                    case 2: context.Reject("This account is closed."); break;
                }

                return Task.FromResult(0);
            },
            options => options.UserInfo = CognitoUserInfo.GetUser);
        string token = _pool.AccessToken();
        ServeProfile(token);

        Assert.AreEqual(503, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
        Assert.AreEqual(401, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
        Assert.AreEqual(1, _server.Requests.Count);
    }

    [TestMethod]
    public async Task Claims_of_the_token_win_over_the_profile()
    {
        using var host = StartGetUser();
        string token = _pool.AccessToken("alice").WithClaim("email", "token@example.com").WithGroups("readers");
        ServeProfile(
            token,
            ("email", "profile@example.com"),
            ("email_verified", "true"),
            ("username", "mallory"),
            ("cognito:groups", "admins"),
            ("phone_number", "+15550100"),
            ("phone_number_verified", "true"));

        await host.GetAsync("/", "Bearer " + token);

        var user = _seen.Single();
        Assert.AreEqual("token@example.com", user.Email);
        Assert.IsFalse(user.EmailVerified, "The profile verified another address.");
        Assert.AreEqual("alice", user.Username);
        Assert.AreEqual("alice", user.Attributes["username"]);
        CollectionAssert.AreEqual(new[] { "readers" }, user.Groups.ToArray());
        Assert.AreEqual("+15550100", user.Attributes["phone_number"]);
        Assert.AreEqual("true", user.Attributes["phone_number_verified"]);
    }

    [TestMethod]
    [DataRow(CognitoUserInfo.GetUser)]
    [DataRow(CognitoUserInfo.OidcUserInfo)]
    public async Task Profile_of_another_user_gets_401(CognitoUserInfo source)
    {
        using var host = Start(source);
        string token = _pool.AccessToken("alice").WithScopes("openid", "aws.cognito.signin.user.admin");
        foreach (var subject in new[] { TokenReader.ReadSubject(_pool.AccessToken("bob")), TokenReader.ReadSubject(token).ToUpperInvariant(), null })
        {
            _server.OnRequest = _ => source == CognitoUserInfo.GetUser ? CreateUser(subject) : CreateJson(new JObject { ["sub"] = subject });

            var answer = await host.GetAsync("/", "Bearer " + token);

            Assert.AreEqual(401, answer.StatusCode);
            StringAssert.EndsWith(
                answer.Header("WWW-Authenticate"),
                "error=\"invalid_token\", error_description=\"The profile that was read belongs to another user.\"");
            _time.Advance(TimeSpan.FromSeconds(11));
        }

        Assert.AreEqual(0, _seen.Count);
    }

    [TestMethod]
    [DataRow(400, "{\"__type\":\"NotAuthorizedException\",\"message\":\"Access Token has been revoked\"}")]
    [DataRow(400, "{\"__type\":\"NotAuthorizedException\",\"message\":\"User is disabled.\"}")]
    [DataRow(400, "{\"__type\":\"com.amazonaws.cognito#UserNotFoundException\"}")]
    [DataRow(400, "{\"__type\":\"UserNotConfirmedException:http://internal.amazon.com/\"}")]
    [DataRow(400, "{\"__type\":\"PasswordResetRequiredException\"}")]
    [DataRow(400, "{\"error\":\"invalid_token\"}")]
    [DataRow(401, "{\"error\":\"invalid_token\",\"error_description\":\"The user has globally signed out.\"}")]
    [DataRow(401, "")]
    public async Task User_who_is_disabled_or_signed_out_in_the_pool_gets_401(int status, string body)
    {
        using var host = StartGetUser();
        _server.OnRequest = _ => CreateAnswer(status, body);

        var answer = await host.GetAsync("/", "Bearer " + _pool.AccessToken());

        Assert.AreEqual(401, answer.StatusCode);
        StringAssert.EndsWith(answer.Header("WWW-Authenticate"), NotActive);
        Assert.AreEqual(0, _seen.Count);
    }

    [TestMethod]
    public async Task Rejection_is_remembered_for_ten_seconds()
    {
        using var host = StartGetUser();
        string token = _pool.AccessToken();
        _server.OnRequest = _ => CreateAnswer(400, "{\"__type\":\"NotAuthorizedException\"}");

        Assert.AreEqual(401, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
        ServeProfile(token);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.AreEqual(401, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
        Assert.AreEqual(1, _server.Requests.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
    }

    [TestMethod]
    [DataRow(400, "{\"__type\":\"TooManyRequestsException\"}")]
    [DataRow(400, "{\"__type\":\"ResourceNotFoundException\"}")]
    [DataRow(400, "no JSON")]
    [DataRow(403, "{\"__type\":\"ForbiddenException\"}")]
    [DataRow(404, "")]
    [DataRow(429, "")]
    [DataRow(500, "{\"__type\":\"NotAuthorizedException\"}")]
    [DataRow(503, "<html>")]
    [DataRow(200, "<html>")]
    [DataRow(200, "{}")]
    [DataRow(200, "{\"UserAttributes\":{}}")]
    [DataRow(200, "{\"UserAttributes\":[1]}")]
    [DataRow(200, "{\"UserAttributes\":[{\"Name\":\"sub\"},{\"Name\":\"sub\",\"Value\":\"1\"}]}")]
    public async Task Profile_that_cannot_be_read_gets_503_and_is_retried(int status, string body)
    {
        using var host = StartGetUser();
        string token = _pool.AccessToken();
        _server.OnRequest = _ => CreateAnswer(status, body);

        var answer = await host.GetAsync("/", "Bearer " + token);

        AssertUnavailable(answer, "10");
        Assert.AreEqual(0, _seen.Count);
        ServeProfile(token);
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + token)).StatusCode, "The next request reads the profile again.");
    }

    [TestMethod]
    [DataRow("7", "7")]
    [DataRow("86400", "300")]
    [DataRow("0", "1")]
    public async Task Retry_After_of_the_pool_is_passed_on_within_limits(string sent, string expected)
    {
        using var host = StartGetUser();
        _server.OnRequest = _ => Task.FromResult(new LoopbackServer.Answer(429, "") { Headers = { ["Retry-After"] = sent } });

        AssertUnavailable(await host.GetAsync("/", "Bearer " + _pool.AccessToken()), expected);
    }

    [TestMethod]
    public async Task Redirect_is_not_followed()
    {
        using var elsewhere = LoopbackServer.Start();
        using var host = StartOidc();
        _server.OnRequest = _ => Task.FromResult(
            new LoopbackServer.Answer(302, "") { Headers = { ["Location"] = elsewhere.Address.AbsoluteUri } });

        AssertUnavailable(await host.GetAsync("/", "Bearer " + _pool.AccessToken().WithScopes("openid")), "10");
        Assert.AreEqual(0, elsewhere.Requests.Count);
    }

    [TestMethod]
    public async Task Profile_request_times_out_after_five_seconds()
    {
        var requested = new TaskCompletionSource<bool>();
        var never = new TaskCompletionSource<LoopbackServer.Answer>();
        using var host = StartGetUser();
        _server.OnRequest = _ =>
        {
            requested.TrySetResult(true);
            return never.Task;
        };

        var request = host.GetAsync("/", "Bearer " + _pool.AccessToken());
        await requested.Task;
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.IsFalse(request.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        AssertUnavailable(await request, "10");
    }

    [TestMethod]
    public async Task Profile_larger_than_64_KiB_gets_503()
    {
        using var host = StartGetUser();
        string token = _pool.AccessToken();
        ServeProfile(token, ("custom:long", new string('x', 65_536)));

        AssertUnavailable(await host.GetAsync("/", "Bearer " + token), "10");
    }

    [TestMethod]
    public async Task Unreachable_pool_gets_503()
    {
        _pool.UserPool.Endpoint = new Uri($"http://127.0.0.1:{LoopbackServer.FreePort()}/");
        using var host = StartGetUser();

        AssertUnavailable(await host.GetAsync("/", "Bearer " + _pool.AccessToken()), "10");
    }

    [TestMethod]
    [DataRow(typeof(InvalidOperationException))]
    [DataRow(typeof(TaskCanceledException))]
    [DataRow(typeof(ObjectDisposedException))]
    public async Task Custom_HTTP_handler_that_throws_gets_503(Type exception)
    {
        using var handler = new FailingHandler((Exception)Activator.CreateInstance(exception, "test")!);
        using var host = StartGetUser(options => options.UserInfoHttpMessageHandler = handler);

        AssertUnavailable(await host.GetAsync("/", "Bearer " + _pool.AccessToken()), "10");
    }

    [TestMethod]
    [DataRow(CognitoUserInfo.GetUser, "aws.cognito.signin.user.admin")]
    [DataRow(CognitoUserInfo.OidcUserInfo, "openid")]
    public async Task Token_without_the_profile_scope_gets_403(CognitoUserInfo source, string scope)
    {
        using var host = Start(source);

        var answer = await host.GetAsync("/", "Bearer " + _pool.AccessToken().WithScopes("notes/read"));

        Assert.AreEqual(403, answer.StatusCode);
        Assert.AreEqual(
            "Bearer realm=\"api\", error=\"insufficient_scope\", "
            + $"error_description=\"The token lacks the scope that is needed to read the user's profile.\", scope=\"{scope}\"",
            answer.Header("WWW-Authenticate"));
        Assert.AreEqual(0, _server.Requests.Count);
        Assert.AreEqual(0, _seen.Count);
    }

    [TestMethod]
    public async Task Client_credentials_token_is_accepted_without_reading_a_profile()
    {
        using var host = StartGetUser();

        var answer = await host.GetAsync("/", "Bearer " + _pool.ClientCredentialsToken("notes/read"));

        Assert.AreEqual(200, answer.StatusCode);
        Assert.AreEqual(0, _server.Requests.Count);
        Assert.AreEqual(0, _seen.Count);
    }

    [TestMethod]
    public async Task ID_token_is_provisioned_without_reading_the_profile()
    {
        using var host = StartGetUser();

        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + _pool.IdToken())).StatusCode);

        Assert.AreEqual(0, _server.Requests.Count);
        Assert.AreEqual("alice@example.com", _seen.Single().Email);
    }

    [TestMethod]
    public async Task UserInfo_and_Endpoint_settings_are_applied()
    {
        using var host = ProvisionedApp.Start(_pool, RecordAsync, options =>
        {
            _pool.UserPool.Endpoint = null;
            options.UserPools = [];
            options.ReadSettings(new NameValueCollection
            {
                ["cognito:UserPoolId"] = _pool.UserPool.UserPoolId,
                ["cognito:ClientId"] = _pool.ClientId,
                ["cognito:UserInfo"] = "getUser",
                ["cognito:Endpoint"] = _server.Address.AbsoluteUri,
            });
        });
        string token = _pool.AccessToken();
        ServeProfile(token);

        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
        Assert.AreEqual(1, _seen.Count);
    }

    [TestMethod]
    public void Missing_or_invalid_setting_stops_the_start()
    {
        AssertProblem("cognito:UserInfo is \"all\": expected none, getUser or oidcUserInfo.", ("cognito:UserInfo", "all"));
        AssertProblem("cognito:UserInfo is \"1\": expected none, getUser or oidcUserInfo.", ("cognito:UserInfo", "1"));
        AssertProblem(
            "cognito:Domain is missing: expected the pool's domain, such as https://example.auth.eu-west-1.amazoncognito.com, "
            + "because UserInfo is OidcUserInfo.",
            ("cognito:UserInfo", "oidcUserInfo"));
        AssertProblem(
            "cognito:Endpoint is missing: expected the address of the pool's API, because UserInfo is GetUser and the pool has no AWS region.",
            ("cognito:UserInfo", "GetUser"),
            ("cognito:UserPoolId", "local_1"),
            ("cognito:Issuer", "http://127.0.0.1:9229/local_1"));
        AssertProblem(
            "cognito:Domain is \"http://example.com\": expected an https address, because cognito:RequireHttps is true.",
            ("cognito:Domain", "http://example.com"));
        AssertProblem(
            "cognito:Endpoint is \"http://example.com\": expected an https address, because cognito:RequireHttps is true.",
            ("cognito:Endpoint", "http://example.com"));
    }

    [TestMethod]
    [DataRow("eu-west-1", "cognito-idp.eu-west-1.amazonaws.com", "cognito-idp.eu-central-1.amazonaws.com", "cognito-idp.us-west-2.amazonaws.com")]
    [DataRow("us-west-2", "cognito-idp.us-west-2.amazonaws.com", "cognito-idp.eu-west-1.amazonaws.com", "cognito-idp.eu-central-1.amazonaws.com")]
    public async Task GetUser_asks_the_region_of_the_issuer_and_then_the_others(string region, params string[] hosts)
    {
        var asked = new List<string>();
        _pool.UserPool.Endpoint = null;
        _pool.UserPool.ReplicaRegions = ["eu-central-1", "us-west-2"];
        var issuer = _pool.UserPool.Issuers.Single(each => each.StartsWith($"https://cognito-idp.{region}.", StringComparison.Ordinal));
        using var handler = new RecordingHandler(asked);
        using var host = StartGetUser(options => options.UserInfoHttpMessageHandler = handler);

        Assert.AreEqual(503, (await host.GetAsync("/", "Bearer " + _pool.AccessToken().FromIssuer(issuer))).StatusCode);

        CollectionAssert.AreEqual(hosts, asked);
    }

    [TestMethod]
    [DataRow("us-gov-west-1_Ab1", "cognito-idp-fips.us-gov-west-1.amazonaws.com")]
    [DataRow("cn-north-1_Ab1", "cognito-idp.cn-north-1.amazonaws.com.cn")]
    [DataRow("us-iso-east-1_Ab1", "cognito-idp.us-iso-east-1.c2s.ic.gov")]
    public async Task GetUser_asks_the_API_of_the_partition(string userPoolId, string expected)
    {
        var asked = new List<string>();
        using var pool = new CognitoTestPool(userPoolId) { TimeProvider = _time };
        using var handler = new RecordingHandler(asked);
        using var host = ProvisionedApp.Start(pool, _ => Task.CompletedTask, options =>
        {
            options.UserInfo = CognitoUserInfo.GetUser;
            options.UserInfoHttpMessageHandler = handler;
        });

        Assert.AreEqual(503, (await host.GetAsync("/", "Bearer " + pool.AccessToken())).StatusCode);

        Assert.AreEqual(expected, asked.Single());
    }

    public void Dispose()
    {
        _server.Dispose();
        _pool.Dispose();
    }

    private static void AssertProblem(string expected, params (string Key, string Value)[] settings)
    {
        var all = new NameValueCollection { ["cognito:UserPoolId"] = "eu-west-1_Ab12Cd34e", ["cognito:ClientId"] = "1example" };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(
            () => new CognitoTokenValidator(new CognitoJwtAuthenticationOptions().ReadSettings(all)).Dispose());
        CollectionAssert.AreEqual(new[] { expected }, e.Problems.ToArray());
    }

    private static void AssertUnavailable(OwinTestResponse answer, string retryAfter)
    {
        Assert.AreEqual(503, answer.StatusCode);
        Assert.AreEqual(retryAfter, answer.Header("Retry-After"));
        Assert.IsNull(answer.Header("WWW-Authenticate"));
    }

    private OwinTestHost StartGetUser(Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        Start(CognitoUserInfo.GetUser, configure);

    private OwinTestHost StartOidc() => Start(CognitoUserInfo.OidcUserInfo);

    private OwinTestHost Start(CognitoUserInfo source, Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        ProvisionedApp.Start(_pool, RecordAsync, options =>
        {
            options.UserInfo = source;
            configure?.Invoke(options);
        });

    private Task RecordAsync(CognitoProvisionUserContext context)
    {
        _seen.Add(context);
        context.AddClaim("local_id", "42");
        return Task.FromResult(0);
    }

    private void ServeProfile(string token, params (string Name, string Value)[] attributes) =>
        _server.OnRequest = _ => CreateUser(TokenReader.ReadSubject(token), attributes);

    private static Task<LoopbackServer.Answer> CreateUser(string? subject, params (string Name, string Value)[] attributes) => CreateJson(new JObject
    {
        ["Username"] = "alice",
        ["UserAttributes"] = new JArray(attributes.Concat(subject == null ? [] : [("sub", subject)])
            .Select(attribute => new JObject { ["Name"] = attribute.Item1, ["Value"] = attribute.Item2 })),
    });

    private static Task<LoopbackServer.Answer> CreateJson(JObject body) => CreateAnswer(200, body.ToString());

    private static Task<LoopbackServer.Answer> CreateAnswer(int status, string body) => Task.FromResult(new LoopbackServer.Answer(status, body));

    private sealed class FailingHandler(Exception exception) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(exception);
    }

    private sealed class RecordingHandler(List<string> hosts) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            hosts.Add(request.RequestUri!.Host);
            return Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.InternalServerError));
        }
    }
}
