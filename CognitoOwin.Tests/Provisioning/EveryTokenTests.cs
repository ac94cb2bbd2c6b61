using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Validation;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Newtonsoft.Json.Linq;

namespace CognitoOwin.Tests.Provisioning;

/// <summary>For which tokens the provisioning handler runs: all settings with all kinds of token, and all tokens of one user.</summary>
[TestClass]
public sealed class EveryTokenTests : IDisposable
{
    private readonly CognitoTestPool _pool = new();
    private readonly List<CognitoProvisionUserContext> _seen = [];

    public static IEnumerable<object[]> Settings =>
        from tokenUse in new[] { CognitoTokenUse.Any, CognitoTokenUse.Id, CognitoTokenUse.Access }
        from provisioning in new[] { CognitoProvisioning.OncePerToken, CognitoProvisioning.EveryRequest }
        from userInfo in new[] { CognitoUserInfo.None, CognitoUserInfo.GetUser, CognitoUserInfo.OidcUserInfo }
        from hasHandler in new[] { true, false }
        select new object[] { tokenUse, provisioning, userInfo, hasHandler };

    [TestMethod]
    [DynamicData(nameof(Settings))]
    public async Task Handler_runs_for_every_token_of_a_user(
        CognitoTokenUse tokenUse, CognitoProvisioning provisioning, CognitoUserInfo userInfo, bool hasHandler)
    {
        using var profiles = new ProfileEndpoint(_pool);
        using var host = ProvisionedApp.Start(_pool, RecordAsync, options =>
        {
            options.TokenUse = tokenUse;
            options.Provisioning = provisioning;
            options.UserInfo = userInfo;
            options.UserInfoHttpMessageHandler = profiles;
            options.Provider = hasHandler ? options.Provider : new CognitoJwtAuthenticationProvider();
        });
        var access = _pool.AccessToken().WithScopes("aws.cognito.signin.user.admin", "openid");

        foreach (var (token, isAccess, isUser, hasScope) in new[]
        {
            (_pool.IdToken(), isAccess: false, isUser: true, hasScope: false),
            (access, isAccess: true, isUser: true, hasScope: true),
            (_pool.AccessToken().WithScopes("notes/read"), isAccess: true, isUser: true, hasScope: false),
            (_pool.ClientCredentialsToken("notes/read"), isAccess: true, isUser: false, hasScope: false),
        })
        {
            _seen.Clear();
            profiles.Requests = 0;
            var first = await host.GetAsync("/", "Bearer " + token);
            var second = await host.GetAsync("/", "Bearer " + token);

            var isRefused = tokenUse == (isAccess ? CognitoTokenUse.Id : CognitoTokenUse.Access);
            var readsProfile = isAccess && isUser && userInfo != CognitoUserInfo.None;
            var status = isRefused ? 401 : readsProfile && !hasScope ? 403 : 200;
            var isRaised = status == 200 && isUser && hasHandler;
            Assert.AreEqual((status, status), (first.StatusCode, second.StatusCode));
            Assert.AreEqual(isRaised ? provisioning == CognitoProvisioning.EveryRequest ? 2 : 1 : 0, _seen.Count);
            Assert.AreEqual(status == 200 && readsProfile ? 1 : 0, profiles.Requests);
            foreach (var context in _seen)
            {
                Assert.AreEqual(!isAccess || readsProfile, context.HasProfile);
                Assert.AreEqual(context.HasProfile ? "alice@example.com" : null, context.Email);
                Assert.AreEqual(isAccess ? CognitoTokenUse.Access : CognitoTokenUse.Id, context.TokenUse);
                Assert.AreEqual("alice", context.Username);
            }

            var hasLocalId = isRaised ? "42" : "";
            Assert.AreEqual((hasLocalId, hasLocalId), (first.Body, second.Body));
        }
    }

    [TestMethod]
    public async Task Access_token_whose_sub_is_its_client_id_is_a_user_if_it_has_a_username()
    {
        using var host = ProvisionedApp.Start(_pool, RecordAsync);

        await host.GetAsync("/", "Bearer " + _pool.AccessToken().WithClaim("sub", _pool.ClientId));

        Assert.HasCount(1, _seen);
    }

    [TestMethod]
    [DataRow(CognitoProvisioning.OncePerToken)]
    [DataRow(CognitoProvisioning.EveryRequest)]
    public async Task Rejected_user_is_rejected_with_either_token(CognitoProvisioning provisioning)
    {
        using var host = ProvisionedApp.Start(_pool, RejectAsync, options => options.Provisioning = provisioning);

        foreach (var token in new[] { _pool.IdToken(), _pool.AccessToken() })
        {
            var answer = await host.GetAsync("/", "Bearer " + token);

            Assert.AreEqual(401, answer.StatusCode);
            StringAssert.Contains(answer.Header("WWW-Authenticate"), "error_description=\"This account is closed.\"");
        }
    }

    [TestMethod]
    public async Task Rejection_forgets_the_other_tokens_of_the_user_and_no_others()
    {
        var isClosed = false;
        var runs = 0;
        using var host = ProvisionedApp.Start(_pool, context =>
        {
            runs++;
            return isClosed && context.Username == "alice" ? RejectAsync(context) : Task.CompletedTask;
        });
        string[] others = [_pool.IdToken("alice"), _pool.AccessToken("alice")];
        string neighbour = _pool.IdToken("bob");
        foreach (var token in others.Append(neighbour))
        {
            Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
        }

        isClosed = true;
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + others[0])).StatusCode, "The handler has not met the closed account yet.");
        Assert.AreEqual(401, (await host.GetAsync("/", "Bearer " + _pool.IdToken("alice"))).StatusCode);
        foreach (var token in others)
        {
            Assert.AreEqual(401, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
        }

        runs = 0;
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + neighbour)).StatusCode);
        Assert.AreEqual(0, runs);

        isClosed = false;
        for (var request = 0; request < 3; request++)
        {
            foreach (var token in others)
            {
                Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
            }
        }

        Assert.AreEqual(2, runs, "An accepted user is remembered again.");
    }

    [TestMethod]
    public async Task Users_of_forgotten_tokens_take_no_memory()
    {
        var users = new List<WeakReference>();
        using var host = ProvisionedApp.Start(
            _pool,
            context =>
            {
                var user = new object();
                users.Add(new WeakReference(user));
                context.SetUser(user);
                return Task.CompletedTask;
            },
            options => options.TokenCache.MaximumEntries = 2);

        // More than the number of users after which ended ones are removed.
        foreach (var token in ManyTokens.Create(400, _pool.IdToken))
        {
            Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + token)).StatusCode);
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.IsLessThan(100, users.Count(user => user.IsAlive));
        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + _pool.IdToken("user0"))).StatusCode);
    }

    public void Dispose() => _pool.Dispose();

    private Task RecordAsync(CognitoProvisionUserContext context)
    {
        _seen.Add(context);
        context.AddClaim("local_id", "42");
        return Task.CompletedTask;
    }

    private static Task RejectAsync(CognitoProvisionUserContext context)
    {
        context.Reject("This account is closed.");
        return Task.CompletedTask;
    }

    /// <summary>Serves the profile of alice as <c>GetUser</c> and as <c>oauth2/userInfo</c>.</summary>
    private sealed class ProfileEndpoint : HttpMessageHandler
    {
        private readonly string _subject;

        public ProfileEndpoint(CognitoTestPool pool)
        {
            _subject = Validation.TokenReader.ReadSubject(pool.AccessToken());
            pool.UserPool.Domain = new Uri("https://example.auth.eu-west-1.amazoncognito.com");
        }

        public int Requests { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            var profile = new JObject { ["sub"] = _subject, ["email"] = "alice@example.com" };
            var body = request.Method == HttpMethod.Get ? profile : new JObject
            {
                ["UserAttributes"] = new JArray(
                    profile.Properties().Select(each => new JObject { ["Name"] = each.Name, ["Value"] = each.Value })),
            };
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body.ToString()) });
        }
    }
}
