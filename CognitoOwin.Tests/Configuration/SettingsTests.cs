using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Linq;
using CognitoOwin.Tests.Hosting;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Configuration;

[TestClass]
public sealed class SettingsTests
{
    private const string PoolId = "eu-west-1_Ab12Cd34e";

    [TestMethod]
    public void Pool_id_and_client_id_are_enough_to_start()
    {
        var options = Start(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example23456789"));

        var pool = options.UserPools.Single();
        Assert.AreEqual("eu-west-1", pool.Region);
        CollectionAssert.AreEqual(
            new[]
            {
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34e",
                "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34e",
            },
            pool.Issuers.ToArray());
        Assert.AreEqual(PoolId, pool.Name);
        CollectionAssert.AreEqual(new[] { "1example23456789" }, pool.ClientIds.ToArray());
        Assert.AreEqual(CognitoTokenUse.Any, options.TokenUse);
        Assert.AreEqual(TimeSpan.FromSeconds(60), options.ClockSkew);
        Assert.AreEqual(TimeSpan.FromHours(24), options.Keys.RefreshInterval);
        Assert.IsTrue(options.Keys.CachingEnabled);
        Assert.IsTrue(options.RequireHttps);
    }

    [TestMethod]
    public void Each_setting_sets_its_option()
    {
        var options = Start(
            ("cognito:UserPoolId", PoolId),
            ("cognito:Region", "eu-west-1"),
            ("cognito:ClientId", "1example23456789, 2example23456789"),
            ("cognito:Audience", "https://notes.example.com"),
            ("cognito:Issuer", "http://localhost:9229/local_0AykZnRa"),
            ("cognito:JwksUri", "http://localhost:9229/local_0AykZnRa/keys"),
            ("cognito:TokenUse", "access"),
            ("cognito:RequiredScopes", "notes/read, notes/write"),
            ("cognito:RequiredGroups", "staff"),
            ("cognito:ClockSkew", "30"),
            ("cognito:MaximumTokenLength", "32768"),
            ("cognito:AllowRawToken", "true"),
            ("cognito:AcceptLoadBalancerToken", "true"),
            ("cognito:QueryParameter", "access_token"),
            ("cognito:QueryParameterPaths", "/signalr, /downloads/reports"),
            ("cognito:ForeignTokens", "ignore"),
            ("cognito:CountHostUser", "true"),
            ("cognito:NameClaimType", "email"),
            ("cognito:AccessTokenNameClaimType", "sub"),
            ("cognito:RoleClaimType", "custom:roles"),
            ("cognito:RoleClaimFormat", "bracketedList"),
            ("cognito:InvalidTokens", "reject"),
            ("cognito:Realm", "notes"),
            ("cognito:IncludeErrorDetails", "true"),
            ("cognito:Provisioning", "everyRequest"),
            ("cognito:UserInfoTimeout", "3"),
            ("cognito:StaleLifetime", "7200"),
            ("cognito:MinimumRefetchInterval", "20"),
            ("cognito:FetchTimeout", "2"),
            ("cognito:Prefetch", "false"),
            ("cognito:Proxy", "http://proxy.example.com:8080"),
            ("cognito:PublicKeysCachingEnabled", "false"),
            ("cognito:PublicKeysCachingTimeout", "3600"),
            ("cognito:TokenCacheEnabled", "false"),
            ("cognito:TokenCacheMaximumEntries", "500"),
            ("cognito:RevocationsMaximumEntries", "5000"),
            ("cognito:RevocationsReadInterval", "5"),
            ("cognito:RevocationsWhenUnavailable", "refuse"),
            ("cognito:RefreshTokenLifetime", "7200"),
            ("cognito:UserInfo", "getUser"),
            ("cognito:UserInfoMaxAge", "300"),
            ("cognito:ProvisioningTimeout", "10"),
            ("cognito:MaximumPendingProvisioning", "50"),
            ("cognito:RequireHttps", "false"));

        var pool = options.UserPools.Single();
        CollectionAssert.AreEqual(new[] { "1example23456789", "2example23456789" }, pool.ClientIds.ToArray());
        CollectionAssert.AreEqual(new[] { "https://notes.example.com" }, pool.Audiences.ToArray());
        Assert.AreEqual("http://localhost:9229/local_0AykZnRa", pool.Issuers.Single());
        Assert.AreEqual("http://localhost:9229/local_0AykZnRa/keys", pool.JwksUri!.AbsoluteUri);
        Assert.AreEqual(CognitoTokenUse.Access, options.TokenUse);
        CollectionAssert.AreEqual(new[] { "notes/read", "notes/write" }, options.RequiredScopes.ToArray());
        CollectionAssert.AreEqual(new[] { "staff" }, options.RequiredGroups.ToArray());
        Assert.AreEqual(TimeSpan.FromSeconds(30), options.ClockSkew);
        Assert.AreEqual(32_768, options.MaximumTokenLength);
        Assert.IsTrue(options.AllowRawToken);
        Assert.IsTrue(options.AcceptLoadBalancerToken);
        Assert.AreEqual("access_token", options.QueryParameter);
        CollectionAssert.AreEqual(new[] { "/signalr", "/downloads/reports" }, options.QueryParameterPaths.ToArray());
        Assert.AreEqual(ForeignTokenHandling.Ignore, options.ForeignTokens);
        Assert.IsTrue(options.CountHostUser);
        Assert.AreEqual("email", options.NameClaimType);
        Assert.AreEqual("sub", options.AccessTokenNameClaimType);
        Assert.AreEqual("custom:roles", options.RoleClaimType);
        Assert.AreEqual(CognitoRoleClaimFormat.BracketedList, options.RoleClaimFormat);
        Assert.AreEqual(InvalidTokenHandling.Reject, options.InvalidTokens);
        Assert.AreEqual("notes", options.Realm);
        Assert.IsTrue(options.IncludeErrorDetails);
        Assert.AreEqual(CognitoProvisioning.EveryRequest, options.Provisioning);
        Assert.AreEqual(TimeSpan.FromSeconds(3), options.UserInfoTimeout);
        Assert.AreEqual(TimeSpan.FromHours(2), options.Keys.StaleLifetime);
        Assert.AreEqual(TimeSpan.FromSeconds(20), options.Keys.MinimumRefetchInterval);
        Assert.AreEqual(TimeSpan.FromSeconds(2), options.Keys.FetchTimeout);
        Assert.IsFalse(options.Keys.Prefetch);
        Assert.AreEqual("http://proxy.example.com:8080/", options.Keys.Proxy!.AbsoluteUri);
        Assert.IsFalse(options.Keys.CachingEnabled);
        Assert.AreEqual(TimeSpan.FromHours(1), options.Keys.RefreshInterval);
        Assert.IsFalse(options.TokenCache.Enabled);
        Assert.AreEqual(500, options.TokenCache.MaximumEntries);
        Assert.AreEqual(5000, options.Revocations.MaximumEntries);
        Assert.AreEqual(TimeSpan.FromHours(2), options.Revocations.RefreshTokenLifetime);
        Assert.AreEqual(CognitoUserInfo.GetUser, options.UserInfo);
        Assert.AreEqual(TimeSpan.FromMinutes(5), options.UserInfoMaxAge);
        Assert.AreEqual(TimeSpan.FromSeconds(5), options.Revocations.ReadInterval);
        Assert.AreEqual(UnavailableStoreHandling.Refuse, options.Revocations.WhenUnavailable);
        Assert.AreEqual(TimeSpan.FromSeconds(10), options.ProvisioningTimeout);
        Assert.AreEqual(50, options.MaximumPendingProvisioning);
        Assert.IsFalse(options.RequireHttps);
    }

    [TestMethod]
    public void Each_named_pool_has_its_own_settings()
    {
        var options = Start(
            ("cognito:Pools", "staff; customers"),
            ("cognito:staff:UserPoolId", PoolId),
            ("cognito:staff:ClientId", "1example"),
            ("cognito:customers:UserPoolId", "us-gov-west-1_Zz9"),
            ("cognito:customers:ClientId", "2example"));

        CollectionAssert.AreEqual(new[] { "staff", "customers" }, options.UserPools.Select(pool => pool.Name).ToArray());
        Assert.AreEqual("https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_Zz9", options.UserPools[1].Issuers[0]);
    }

    [TestMethod]
    public void Option_set_in_code_overrides_the_setting()
    {
        var options = ReadSettings(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), ("cognito:TokenUse", "id"));

        options.TokenUse = CognitoTokenUse.Access;

        Assert.AreEqual(CognitoTokenUse.Access, Start(options).TokenUse);
    }

    [TestMethod]
    public void Start_without_settings_names_the_two_keys_and_where_AWS_shows_them()
    {
        // The configuration file of the test process has no cognito settings.
        var problems = Assert.ThrowsExactly<CognitoConfigurationException>(() => OwinTestHost.Start(app => app.UseCognitoJwt())).Problems;

        Assert.HasCount(2, problems);
        StringAssert.Contains(problems[0], "cognito:UserPoolId is missing");
        StringAssert.Contains(problems[0], "Cognito console");
        StringAssert.Contains(problems[1], "cognito:ClientId is missing");
        StringAssert.Contains(problems[1], "App clients");
    }

    [TestMethod]
    public void Start_reports_all_problems_with_key_value_and_expectation()
    {
        var problems = GetProblems(
            ("cognito:UserPoolId", "Ab12Cd34e"),
            ("cognito:ClientId", "1example,bad-client"),
            ("cognito:Region", "Ireland"),
            ("cognito:JwksUri", "jwks.json"),
            ("cognito:TokenUse", "refresh"),
            ("cognito:ClockSkew", "1 minute"),
            ("cognito:PublicKeysCachingTimeout", "-5"),
            ("cognito:RequireHttps", "yes"),
            ("cognito:TokenCacheMaximumEntries", "0"),
            ("cognito:RevocationsMaximumEntries", "10000001"),
            ("cognito:RevocationsReadInterval", "61"),
            ("cognito:RevocationsWhenUnavailable", "wait"),
            ("cognito:RefreshTokenLifetime", "3599"),
            ("cognito:ProvisioningTimeout", "0"),
            ("cognito:MaximumPendingProvisioning", "10001"),
            ("cognito:RequiredGroup", "staff"));

        foreach (var expected in new[]
        {
            "cognito:UserPoolId is \"Ab12Cd34e\": expected the id of the user pool",
            "cognito:ClientId is \"bad-client\": expected",
            "cognito:Region is \"Ireland\": expected an AWS region",
            "cognito:JwksUri is \"jwks.json\": expected an absolute",
            "cognito:TokenUse is \"refresh\": expected id, access or any",
            "cognito:ClockSkew is \"1 minute\": expected a whole number of seconds",
            "cognito:PublicKeysCachingTimeout is \"-5\": expected a whole number of seconds",
            "cognito:RequireHttps is \"yes\": expected true or false",
            "cognito:TokenCacheMaximumEntries is \"0\": expected 1 to 1000000",
            "cognito:RevocationsMaximumEntries is \"10000001\": expected 1 to 10000000",
            "cognito:RevocationsReadInterval is \"00:01:01\": expected 00:00:01 to 00:01:00",
            "cognito:RevocationsWhenUnavailable is \"wait\": expected continue or refuse",
            "cognito:RefreshTokenLifetime is \"00:59:59\": expected 01:00:00 to 3650.00:00:00",
            "cognito:ProvisioningTimeout is \"00:00:00\": expected 00:00:01 to 00:10:00",
            "cognito:MaximumPendingProvisioning is \"10001\": expected 1 to 10000",
            "cognito:RequiredGroup is not a setting",
        })
        {
            Assert.AreEqual(1, problems.Count(problem => problem.StartsWith(expected, StringComparison.Ordinal)), expected);
        }

        Assert.HasCount(16, problems);
    }

    [TestMethod]
    public void Handling_of_an_unavailable_store_that_is_none_stops_the_start()
    {
        var options = ReadSettings(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"));
        options.Revocations.WhenUnavailable = (UnavailableStoreHandling)7;

        var problems = Assert.ThrowsExactly<CognitoConfigurationException>(() => Start(options)).Problems;

        Assert.AreEqual("cognito:RevocationsWhenUnavailable is \"7\": expected continue or refuse.", problems.Single());
    }

    [TestMethod]
    [DataRow("https://example.com/pool", null, 0)]
    [DataRow("http://localhost:9229/pool", null, 0)]
    [DataRow("http://127.0.0.1/pool", null, 0)]
    [DataRow("http://[::1]/pool", null, 0)]
    [DataRow("http://example.com/pool", null, 1)]
    [DataRow("http://localhost.example.com/pool", null, 1)]
    [DataRow("ftp://example.com/pool", null, 1)]
    [DataRow("pool", null, 1)]
    [DataRow("https://example.com/pool", "http://example.com/jwks", 1)]
    [DataRow("https://example.com/pool", "file:///etc/passwd", 1)]
    public void Address_without_https_is_allowed_on_localhost_only(string issuer, string? jwksUri, int expected)
    {
        var settings = new List<(string, string)> { ("cognito:Issuer", issuer), ("cognito:ClientId", "1example") };
        if (jwksUri != null)
        {
            settings.Add(("cognito:JwksUri", jwksUri));
        }

        if (expected == 0)
        {
            Assert.AreEqual(issuer, Start([.. settings]).UserPools[0].Issuers.Single());
        }
        else
        {
            Assert.HasCount(expected, GetProblems([.. settings]));
        }
    }

    [TestMethod]
    [DataRow("http://localhost:9229/local_1", "my-client", 0)]
    [DataRow("https://emulator.example.com/local_1", "my-client", 0)]
    [DataRow("http://localhost:9229/local_1", "my client", 1)]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34e", "my-client", 1)]
    [DataRow(null, "my-client", 1)]
    public void Client_id_with_a_hyphen_starts_only_for_an_emulator(string? issuer, string clientId, int expected)
    {
        var settings = new List<(string, string)> { ("cognito:ClientId", clientId) };
        settings.Add(issuer == null ? ("cognito:UserPoolId", PoolId) : ("cognito:Issuer", issuer));
        if (issuer?.EndsWith(PoolId, StringComparison.Ordinal) == true)
        {
            settings.Add(("cognito:UserPoolId", PoolId));
        }

        if (expected == 0)
        {
            Assert.AreEqual(clientId, Start([.. settings]).UserPools[0].ClientIds.Single());
        }
        else
        {
            StringAssert.StartsWith(GetProblems([.. settings]).Single(), $"cognito:ClientId is \"{clientId}\"");
        }
    }

    [TestMethod]
    [DataRow("cognito:RequiredGroup", "Did you mean cognito:RequiredGroups?")]
    [DataRow("cognito:tokenues", "Did you mean cognito:TokenUse?")]
    [DataRow("cognito:RequireHtps", "Did you mean cognito:RequireHttps?")]
    [DataRow("cognito:staff:UserPoolId", "Did you mean cognito:UserPoolId? cognito:Pools does not name \"staff\".")]
    [DataRow("cognito:SomethingOfMyOwn", "has the settings.")]
    [DataRow("congito:RequiredGroups", "Did you mean cognito:RequiredGroups?")]
    [DataRow("COGNTIO:requiredscopes", "Did you mean cognito:RequiredScopes?")]
    [DataRow("congito:RequiredGroup", "Did you mean cognito:RequiredGroups?")]
    public void Misspelt_key_is_answered_with_the_nearest_one(string key, string expected)
    {
        var problem = GetProblems(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), (key, "secret-value")).Single();

        StringAssert.StartsWith(problem, key + " is not a setting. ");
        StringAssert.Contains(problem, expected);
        Assert.IsFalse(problem.Contains("secret-value"));
        Assert.IsTrue(problem.Length < 250, problem);
    }

    [TestMethod]
    [DataRow("congito:SomethingOfMyOwn")]
    [DataRow("aws:UserPoolId")]
    [DataRow("RequiredGroups")]
    [DataRow(":RequiredGroups")]
    [DataRow("")]
    public void Key_of_another_application_is_ignored(string key) =>
        Assert.AreEqual(0, Start(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), (key, "value")).RequiredGroups.Count);

    [TestMethod]
    [DataRow("cognito:staf:TokenUse", "Did you mean cognito:staff:TokenUse? cognito:Pools does not name \"staf\".")]
    [DataRow("cognito:machines:TokenUses", "Did you mean cognito:machines:TokenUse?")]
    [DataRow("cognito:machines:ClockSkew", "Did you mean cognito:ClockSkew?")]
    [DataRow("cognito:machines:ClokSkew", "Did you mean cognito:ClockSkew?")]
    [DataRow("cognito:UserPoolId", "Did you mean cognito:staff:UserPoolId?")]
    [DataRow("cognitto:staff:RequiredGroups", "Did you mean cognito:staff:RequiredGroups?")]
    public void Misspelt_key_of_a_pool_is_answered_with_the_nearest_one(string key, string expected)
    {
        var problem = GetProblems(
            ("cognito:Pools", "staff;machines"),
            ("cognito:staff:UserPoolId", PoolId),
            ("cognito:staff:ClientId", "1example"),
            ("cognito:machines:UserPoolId", "us-gov-west-1_Zz9"),
            ("cognito:machines:ClientId", "2example"),
            (key, "id")).Single();

        StringAssert.Contains(problem, expected);
    }

    [TestMethod]
    [DataRow("1k4mlf2v3o5q6r7s8t9u0a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p")]
    [DataRow("1example23456789,1k4mlf2v3o5q6r7s8t9u0a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p")]
    [DataRow("1example23456789:1k4mlf2v3o5q6r7s8t9u0a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p")]
    [DataRow("1example23456789:short4")]
    [DataRow("1example23456789 1k4mlf2v3o5q6r7s8t9u0a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p")]
    public void Client_secret_in_place_of_an_id_stops_the_start_and_is_not_shown(string clientId)
    {
        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => Start(("cognito:UserPoolId", PoolId), ("cognito:ClientId", clientId)));

        StringAssert.StartsWith(e.Problems.Single(), "cognito:ClientId ");
        StringAssert.Contains(e.Problems.Single(), "secret");
        Assert.IsFalse(e.ToString().Contains("1k4mlf2v3o5q") || e.ToString().Contains("short4"), e.Message);
    }

    [TestMethod]
    [DataRow("YOUR-USER-POOL-ID", "YOUR-CLIENT-ID", null)]
    [DataRow("YOUR-USER-POOL-ID", "YOUR-CLIENT-ID", "http://localhost:9229/local_1")]
    public void Placeholders_stop_the_start_and_say_where_the_values_are(string poolId, string clientId, string? issuer)
    {
        var settings = new List<(string, string)> { ("cognito:UserPoolId", poolId), ("cognito:ClientId", clientId) };
        if (issuer != null)
        {
            settings.Add(("cognito:Issuer", issuer));
        }

        var problems = GetProblems([.. settings]);

        Assert.HasCount(2, problems);
        StringAssert.StartsWith(problems[0], "cognito:UserPoolId is still the placeholder \"YOUR-USER-POOL-ID\"");
        StringAssert.EndsWith(problems[0], "which the Cognito console shows under Overview.");
        StringAssert.StartsWith(problems[1], "cognito:ClientId is still the placeholder \"YOUR-CLIENT-ID\"");
        StringAssert.EndsWith(problems[1], "which the Cognito console shows under App clients.");
    }

    [TestMethod]
    [DataRow("proxy.example.com:8080")]
    [DataRow("https://proxy.example.com:8080")]
    [DataRow("http://proxy.example.com:8080/path")]
    [DataRow("proxy")]
    public void Wrong_proxy_stops_the_start(string proxy)
    {
        var problem = GetProblems(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), ("cognito:Proxy", proxy)).Single();

        StringAssert.StartsWith(problem, $"cognito:Proxy is \"{proxy}\": expected an address such as http://");
    }

    [TestMethod]
    [DataRow("JwksUri", "https://notes:hunter2@pool.example.com/keys")]
    [DataRow("JwksUri", "notes:hunter2@pool.example.com/keys")]
    [DataRow("JwksUri", "//notes:hunter2@pool.example.com/keys")]
    [DataRow("JwksUri", "hunter2@pool.example.com")]
    [DataRow("Issuer", "https://notes:hunter2@pool.example.com/eu-west-1_Ab12Cd34e")]
    [DataRow("Issuer", "notes:hunter2@pool.example.com/eu-west-1_Ab12Cd34e")]
    [DataRow("Endpoint", "https://notes:hunter2@pool.example.com/")]
    [DataRow("Domain", "https://notes:hunter2@pool.example.com/")]
    [DataRow("Proxy", "http://notes:hunter2@proxy:8080")]
    public void Address_with_a_password_stops_the_start_and_the_password_is_not_shown(string setting, string address)
    {
        var problem = GetProblems(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), ("cognito:" + setting, address)).Single();

        StringAssert.StartsWith(problem, $"cognito:{setting} has a user name or a password");
        Assert.IsFalse(problem.Contains("hunter2"));
    }

    [TestMethod]
    [DataRow("http://keys.example.com/jwks.json", "an https address")]
    [DataRow("keys.example.com/jwks.json", "an absolute address")]
    public void Query_of_an_address_is_not_shown(string address, string expected)
    {
        var problem = GetProblems(
            ("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), ("cognito:JwksUri", address + "?signature=hunter2")).Single();

        StringAssert.StartsWith(problem, $"cognito:JwksUri is \"{address}\": expected {expected}");
    }

    [TestMethod]
    public void Address_may_have_an_at_sign_in_its_path() =>
        Assert.AreEqual(
            "/@idp/jwks.json",
            Start(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), ("cognito:JwksUri", "https://cdn.example.com/@idp/jwks.json"))
                .UserPools[0].JwksUri!.AbsolutePath);

    [TestMethod]
    public void Secret_after_a_placeholder_is_not_shown()
    {
        var problem = GetProblems(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "YOUR-CLIENT-ID:hunter2")).Single();

        StringAssert.StartsWith(problem, "cognito:ClientId seems to have an id, a colon and a secret, and is not shown");
        Assert.IsFalse(problem.Contains("hunter2"));
    }

    [TestMethod]
    public void Proxy_together_with_a_handler_stops_the_start()
    {
        var options = ReadSettings(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), ("cognito:Proxy", "http://proxy:8080"));
        options.UserInfoHttpMessageHandler = new CognitoOwin.Testing.CognitoTestPool().JwksEndpoint;

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => Start(options));

        StringAssert.StartsWith(e.Problems.Single(), "cognito:Proxy is set together with");
    }

    [TestMethod]
    [DataRow("access_token", null, "cognito:QueryParameterPaths is missing")]
    [DataRow(null, "/signalr", "cognito:QueryParameter is missing")]
    [DataRow("access token", "/signalr", "cognito:QueryParameter is \"access token\"")]
    [DataRow("token&a", "/signalr", "cognito:QueryParameter is \"token&a\"")]
    [DataRow("token", "signalr", "cognito:QueryParameterPaths is \"signalr\"")]
    [DataRow("token", "/", "cognito:QueryParameterPaths is \"/\"")]
    [DataRow("token", "/signalr/", "cognito:QueryParameterPaths is \"/signalr/\"")]
    [DataRow("token", "//signalr", "cognito:QueryParameterPaths is \"//signalr\"")]
    [DataRow("token", "/a%20b", "cognito:QueryParameterPaths is \"/a%20b\"")]
    [DataRow("token", "/a?b", "cognito:QueryParameterPaths is \"/a?b\"")]
    public void Wrong_query_parameter_stops_the_start(string? parameter, string? paths, string expected)
    {
        var settings = new List<(string, string)> { ("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example") };
        settings.AddRange(new[] { ("cognito:QueryParameter", parameter), ("cognito:QueryParameterPaths", paths) }
            .Where(setting => setting.Item2 != null).Select(setting => (setting.Item1, setting.Item2!)));

        StringAssert.StartsWith(GetProblems([.. settings]).Single(), expected);
    }

    [TestMethod]
    [DataRow("bracketedList", "expected items, because cognito:RoleClaimType is cognito:groups")]
    [DataRow("list", "expected items, bracketedList, commaSeparatedList or jsonList")]
    public void Wrong_RoleClaimFormat_stops_the_start(string format, string expected)
    {
        var problem = GetProblems(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), ("cognito:RoleClaimFormat", format)).Single();

        StringAssert.StartsWith(problem, "cognito:RoleClaimFormat is \"");
        StringAssert.Contains(problem, expected);
    }

    [TestMethod]
    [DataRow("255")]
    [DataRow("1048577")]
    [DataRow("16 KiB")]
    public void Wrong_MaximumTokenLength_stops_the_start(string length)
    {
        var problem = GetProblems(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), ("cognito:MaximumTokenLength", length)).Single();

        StringAssert.StartsWith(problem, $"cognito:MaximumTokenLength is \"{length}\"");
    }

    [TestMethod]
    [DataRow("cognito:RequiredGroups", "")]
    [DataRow("cognito:RequiredGroups", " , ; ")]
    [DataRow("cognito:RequiredScopes", ",")]
    [DataRow("cognito:TokenUse", " ")]
    public void Empty_setting_stops_the_start(string key, string value)
    {
        var problem = GetProblems(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), (key, value)).Single();

        StringAssert.StartsWith(problem, key + " is \"");
    }

    [TestMethod]
    public void Setting_names_are_case_insensitive_in_a_case_sensitive_collection()
    {
        var settings = new NameValueCollection(StringComparer.Ordinal)
        {
            ["COGNITO:userpoolid"] = PoolId,
            ["cognito:clientid"] = "1example",
            ["cognito:requiredgroups"] = "admins",
        };

        var options = Start(new CognitoJwtAuthenticationOptions().ReadSettings(settings));

        Assert.AreEqual("admins", options.RequiredGroups.Single());
    }

    [TestMethod]
    public void Issuer_with_white_space_stops_the_start()
    {
        var options = new CognitoJwtAuthenticationOptions
        {
            UserPools = [new CognitoUserPool { Issuers = ["https://example.com/pool "], ClientIds = ["1example"] }],
        };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        StringAssert.StartsWith(e.Problems.Single(), "UserPools[0].Issuers is");
    }

    [TestMethod]
    public void Http_address_is_allowed_when_RequireHttps_is_false()
    {
        var options = Start(
            ("cognito:Issuer", "http://cognito.test/pool"), ("cognito:ClientId", "1example"), ("cognito:RequireHttps", "false"));

        Assert.AreEqual("http://cognito.test/pool", options.UserPools[0].Issuers.Single());
    }

    [TestMethod]
    public void Region_that_differs_from_the_pool_id_stops_the_start()
    {
        var problem = GetProblems(("cognito:UserPoolId", PoolId), ("cognito:Region", "us-east-1"), ("cognito:ClientId", "1example")).Single();

        StringAssert.StartsWith(problem, "cognito:Region is \"us-east-1\": expected eu-west-1");
    }

    [TestMethod]
    [DataRow("us-east-1_Ab1", "us-east-1.amazonaws.com")]
    [DataRow("us-gov-west-1_Ab1", "us-gov-west-1.amazonaws.com")]
    [DataRow("ap-southeast-2_Ab1", "ap-southeast-2.amazonaws.com")]
    [DataRow("cn-north-1_Ab1", "cn-north-1.amazonaws.com.cn")]
    [DataRow("eusc-de-east-1_Ab1", "eusc-de-east-1.amazonaws.eu", "eusc-de-east-1.amazonaws.com")]
    [DataRow("us-iso-east-1_Ab1", "us-iso-east-1.c2s.ic.gov")]
    [DataRow("us-isob-east-1_Ab1", "us-isob-east-1.sc2s.sgov.gov")]
    [DataRow("eu-isoe-west-1_Ab1", "eu-isoe-west-1.cloud.adc-e.uk")]
    [DataRow("us-isof-south-1_Ab1", "us-isof-south-1.csp.hci.ic.gov")]
    public void Pool_of_every_partition_starts_with_two_settings(string poolId, params string[] hosts)
    {
        var pool = Start(("cognito:UserPoolId", poolId), ("cognito:ClientId", "1example23456789")).UserPools.Single();

        CollectionAssert.AreEqual(
            hosts.SelectMany(host => new[] { $"https://cognito-idp.{host}/{poolId}", $"https://issuer-cognito-idp.{host}/{poolId}" }).ToArray(),
            pool.Issuers.ToArray());
    }

    [TestMethod]
    public void Replica_adds_the_original_issuer_with_its_region()
    {
        var pool = Start(
            ("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), ("cognito:ReplicaRegions", "us-west-2, ap-southeast-2")).UserPools[0];

        CollectionAssert.AreEqual(
            new[]
            {
                $"https://cognito-idp.eu-west-1.amazonaws.com/{PoolId}",
                $"https://issuer-cognito-idp.eu-west-1.amazonaws.com/{PoolId}",
                $"https://cognito-idp.us-west-2.amazonaws.com/{PoolId}",
                $"https://cognito-idp.ap-southeast-2.amazonaws.com/{PoolId}",
            },
            pool.Issuers.ToArray());
    }

    [TestMethod]
    [DataRow("Oregon", "AWS Regions such as us-west-2")]
    [DataRow("eu-west-1", "a Region other than eu-west-1")]
    [DataRow("cn-north-1", "in the same partition of AWS")]
    public void Wrong_replica_region_stops_the_start(string region, string expected)
    {
        var problem = GetProblems(("cognito:UserPoolId", PoolId), ("cognito:ClientId", "1example"), ("cognito:ReplicaRegions", region)).Single();

        StringAssert.StartsWith(problem, $"cognito:ReplicaRegions is \"{region}\"");
        StringAssert.Contains(problem, expected);
    }

    [TestMethod]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34e/", DisplayName = "a slash at the end")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other", DisplayName = "another pool's id")]
    [DataRow("https://cognito-idp.us-east-1.amazonaws.com/eu-west-1_Ab12Cd34e", DisplayName = "another Region")]
    [DataRow("https://issuer-cognito-idp.us-west-2.amazonaws.com/eu-west-1_Ab12Cd34e", DisplayName = "the updated host with a replica's Region")]
    [DataRow("https://cognito-idp.eu-west-1.amazonaws.com.cn/eu-west-1_Ab12Cd34e", DisplayName = "another partition")]
    [DataRow("https://cognito-idp-fips.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34e", DisplayName = "the FIPS endpoint")]
    [DataRow("https://example.auth.eu-west-1.amazoncognito.com", DisplayName = "the sign-in domain")]
    [DataRow("https://auth.example.com/oauth2/token", DisplayName = "a page of a sign-in domain")]
    public void Wrong_issuer_stops_the_start_and_the_message_names_the_right_one(string issuer)
    {
        var problem = GetProblems(
            ("cognito:UserPoolId", PoolId),
            ("cognito:ClientId", "1example"),
            ("cognito:ReplicaRegions", "us-west-2"),
            ("cognito:Issuer", issuer)).Single();

        StringAssert.StartsWith(
            problem,
            $"cognito:Issuer is \"{issuer}\": expected https://cognito-idp.eu-west-1.amazonaws.com/{PoolId} or "
            + $"https://issuer-cognito-idp.eu-west-1.amazonaws.com/{PoolId} or https://cognito-idp.us-west-2.amazonaws.com/{PoolId}");
    }

    [TestMethod]
    [DataRow("http://localhost:9229/local_1/", "expected http://localhost:9229/local_1, without a slash at the end")]
    [DataRow("http://localhost:9229", "expected an address that ends with the pool's id")]
    [DataRow("http://localhost:9229/local_1,http://localhost:9229/local_2", "expected issuers of one user pool")]
    [DataRow("https://example.auth.eu-west-1.amazoncognito.com/x", "expected the pool's issuer, such as https://cognito-idp.")]
    public void Wrong_issuer_of_an_emulator_stops_the_start(string issuer, string expected) =>
        StringAssert.Contains(GetProblems(("cognito:Issuer", issuer), ("cognito:ClientId", "1example")).Single(), expected);

    [TestMethod]
    public void Several_issuers_replace_the_derived_ones_and_give_the_pool_id()
    {
        var pool = Start(
            ("cognito:Issuer", "http://localhost:9229/local_1, http://127.0.0.1:9229/local_1"), ("cognito:ClientId", "1example")).UserPools[0];

        CollectionAssert.AreEqual(new[] { "http://localhost:9229/local_1", "http://127.0.0.1:9229/local_1" }, pool.Issuers.ToArray());
        Assert.AreEqual("local_1", pool.UserPoolId);
        Assert.AreEqual("local_1", pool.Name);
    }

    [TestMethod]
    public void Empty_or_null_lists_of_a_pool_stop_the_start()
    {
        var options = new CognitoJwtAuthenticationOptions
        {
            UserPools = [new CognitoUserPool(PoolId, "1example") { Issuers = [], ReplicaRegions = null! }],
        };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        Assert.HasCount(2, e.Problems);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("a\nb")]
    public void Name_that_a_log_cannot_show_stops_the_start(string name)
    {
        var options = new CognitoJwtAuthenticationOptions { UserPools = [new CognitoUserPool(PoolId, "1example") { Name = name }] };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        StringAssert.StartsWith(e.Problems.Single(), "UserPools[0].Name is");
    }

    [TestMethod]
    public void Two_pools_with_the_same_id_stop_the_start()
    {
        var options = new CognitoJwtAuthenticationOptions
        {
            UserPools =
            [
                new CognitoUserPool(PoolId, "1example") { Name = "a" },
                new CognitoUserPool { Issuers = ["http://localhost:9229/" + PoolId], ClientIds = ["2example"], Name = "b" },
            ],
        };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        Assert.AreEqual($"2 user pools have the id \"{PoolId}\": expected one pool with all of its client ids and issuers.", e.Problems.Single());
    }

    [TestMethod]
    public void Two_pools_with_the_same_issuer_stop_the_start()
    {
        string[] issuers = ["http://localhost:9229/local_1"];
        var options = new CognitoJwtAuthenticationOptions
        {
            UserPools =
            [
                new CognitoUserPool("local_1", "1example") { Issuers = issuers },
                new CognitoUserPool("local_2", "2example") { Issuers = issuers },
            ],
        };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        StringAssert.Contains(e.Problems.Single(), "have the issuer");
    }

    [TestMethod]
    public void Rules_of_one_pool_replace_the_general_ones()
    {
        var options = Start(
            ("cognito:Pools", "staff;machines"),
            ("cognito:TokenUse", "id"),
            ("cognito:RequiredScopes", "notes/read"),
            ("cognito:RequiredGroups", "staff"),
            ("cognito:Audience", "https://notes.example.com"),
            ("cognito:staff:UserPoolId", PoolId),
            ("cognito:staff:ClientId", "1example"),
            ("cognito:machines:UserPoolId", "us-gov-west-1_Zz9"),
            ("cognito:machines:ClientId", "2example"),
            ("cognito:machines:TokenUse", "access"),
            ("cognito:machines:RequiredScopes", "notes/write, notes/delete"),
            ("cognito:machines:RequiredGroups", "none"),
            ("cognito:machines:Audience", "none"));

        var (staff, machines) = (options.UserPools[0], options.UserPools[1]);
        Assert.IsNull(staff.TokenUse);
        Assert.IsNull(staff.RequiredScopes);
        CollectionAssert.AreEqual(new[] { "https://notes.example.com" }, staff.Audiences.ToArray());
        Assert.AreEqual(CognitoTokenUse.Access, machines.TokenUse);
        CollectionAssert.AreEqual(new[] { "notes/write", "notes/delete" }, machines.RequiredScopes!.ToArray());
        Assert.AreEqual(0, machines.RequiredGroups!.Count);
        Assert.AreEqual(0, machines.Audiences.Count);
    }

    [TestMethod]
    [DataRow("eu-west-1_")]
    [DataRow("_Ab12Cd34e")]
    [DataRow("eu-west-1-Ab12Cd34e")]
    [DataRow("eu-west-1_Ab12/Cd34e")]
    [DataRow("eu-west-1_Ab12Cd34e\n")]
    [DataRow("EU-WEST-1_Ab12Cd34e")]
    [DataRow("REGION_POOLID")]
    public void Malformed_pool_id_stops_the_start(string poolId)
    {
        var options = new CognitoJwtAuthenticationOptions { UserPools = [new CognitoUserPool(poolId, "1example")] };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        StringAssert.StartsWith(e.Problems.Single(), "UserPools[0].UserPoolId is");
    }

    [TestMethod]
    public void Two_pools_with_the_same_name_stop_the_start()
    {
        var options = new CognitoJwtAuthenticationOptions
        {
            UserPools =
            [
                new CognitoUserPool(PoolId, "1example") { Name = "a" },
                new CognitoUserPool("eu-west-1_Other", "2example") { Name = "a" },
            ],
        };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        StringAssert.Contains(e.Problems.Single(), "have the name \"a\"");
    }

    [TestMethod]
    public void Invalid_options_without_a_setting_stop_the_start()
    {
        var options = new CognitoJwtAuthenticationOptions
        {
            UserPools = [new CognitoUserPool(PoolId, "1example")],
            ClockSkew = TimeSpan.FromMinutes(11),
            MaximumTokenLength = 10,
            Realm = "a\"b",
            AuthenticationSchemes = ["Bearer token"],
            RoleClaimType = "",
            RoleClaimFormat = (CognitoRoleClaimFormat)9,
            NameClaimType = "",
            AccessTokenNameClaimType = "",
            RequiredScopes = ["two words"],
            RequiredGroups = [""],
            Provider = null!,
            TimeProvider = null!,
            TokenCache = null!,
            Revocations = null!,
            Keys = new CognitoKeysOptions
            {
                StaleLifetime = TimeSpan.FromHours(1),
                MinimumRefetchInterval = TimeSpan.Zero,
                FetchTimeout = TimeSpan.FromHours(1),
            },
        };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        Assert.HasCount(17, e.Problems);
        foreach (var line in e.Problems)
        {
            StringAssert.Contains(e.Message, line);
        }

        StringAssert.StartsWith(e.Message, "CognitoOwin cannot start: 17 settings need attention.");
    }

    [TestMethod]
    public void Null_or_empty_option_stops_the_start()
    {
        var options = new CognitoJwtAuthenticationOptions
        {
            UserPools = [new CognitoUserPool(PoolId, "1example")],
            Keys = null!,
            AuthenticationSchemes = [],
            QueryParameterPaths = null!,
            RequiredScopes = null!,
            RequiredGroups = null!,
        };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        Assert.HasCount(5, e.Problems);
    }

    [TestMethod]
    public void Pool_that_is_null_stops_the_start()
    {
        var options = new CognitoJwtAuthenticationOptions { UserPools = [new CognitoUserPool(PoolId, "1example"), null!] };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        Assert.AreEqual("UserPools[1] is missing: expected a value other than null.", e.Problems.Single());
    }

    [TestMethod]
    public void Value_that_an_enumeration_does_not_have_stops_the_start()
    {
        var options = new CognitoJwtAuthenticationOptions
        {
            UserPools = [new CognitoUserPool(PoolId, "1example") { TokenUse = (CognitoTokenUse)7 }],
            TokenUse = (CognitoTokenUse)7,
            InvalidTokens = (InvalidTokenHandling)7,
            ForeignTokens = (ForeignTokenHandling)7,
            UserInfo = (CognitoUserInfo)7,
            Provisioning = (CognitoProvisioning)7,
        };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        Assert.HasCount(6, e.Problems);
        Assert.AreEqual("cognito:InvalidTokens is \"7\": expected continueAnonymously or reject.", e.Problems.Single(line => line.Contains("InvalidTokens")));
    }

    [TestMethod]
    public void Null_argument_throws()
    {
        var options = new CognitoJwtAuthenticationOptions { UserPools = [new CognitoUserPool(PoolId, "1example")] };
        Assert.ThrowsExactly<ArgumentNullException>(() => CognitoJwtAppBuilderExtensions.UseCognitoJwt(null!, options));
        Assert.ThrowsExactly<ArgumentNullException>(() => options.ReadSettings(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => OwinTestHost.Start(app =>
            app.UseCognitoJwt((Action<CognitoJwtAuthenticationOptions>)null!)));
        Assert.ThrowsExactly<ArgumentNullException>(() => OwinTestHost.Start(app =>
            app.UseCognitoJwt((CognitoJwtAuthenticationOptions)null!)));
    }

    private static CognitoJwtAuthenticationOptions ReadSettings(params (string Key, string Value)[] values)
    {
        // <appSettings> is also a NameValueCollection whose keys are case-insensitive.
        var settings = new NameValueCollection();
        foreach (var (key, value) in values)
        {
            settings.Add(key, value);
        }

        return new CognitoJwtAuthenticationOptions().ReadSettings(settings);
    }

    private static CognitoJwtAuthenticationOptions Start(params (string Key, string Value)[] values) => Start(ReadSettings(values));

    private static CognitoJwtAuthenticationOptions Start(CognitoJwtAuthenticationOptions options)
    {
        using var host = OwinTestHost.Start(app => app.UseCognitoJwt(options));
        return options;
    }

    private static IReadOnlyList<string> GetProblems(params (string Key, string Value)[] values) =>
        Assert.ThrowsExactly<CognitoConfigurationException>(() => Start(values)).Problems;
}
