using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using Microsoft.Owin.Security;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Requests;

/// <summary>The places in which a request may have its token: a raw header, the load balancer's header, a query parameter, a cookie.</summary>
[TestClass]
public sealed class TokenPlacesTests
{
    private const string Plain = "Bearer realm=\"api\"";
    private const string LoadBalancer = "x-amzn-oidc-accesstoken";
    private const string SchemeMissing =
        Plain + ", error=\"invalid_request\", error_description=\"The Authorization header has a token without its scheme: write the scheme, a space, the token.\"";

    private const string SpaceMissing =
        Plain + ", error=\"invalid_request\", error_description=\"The Authorization header has no space between the scheme and the token.\"";

    private const string Malformed =
        Plain + ", error=\"invalid_request\", error_description=\"The Authorization header must hold one token: the scheme, a space, the token.\"";

    private const string SeveralTokens = Plain + ", error=\"invalid_request\", error_description=\"The request has more than one token.\"";

    private const string CrossSite =
        Plain + ", error=\"invalid_request\", error_description=\"The session of the load balancer does not count for a request of another site.\"";

    [TestMethod]
    [DataRow("{0}", false, SchemeMissing)]
    [DataRow("{0}", true, null)]
    [DataRow(" \t{0} ", true, null)]
    [DataRow("Bearer{0}", false, SpaceMissing)]
    [DataRow("Bearer{0}", true, SpaceMissing)]
    [DataRow("bearer{0}", false, SpaceMissing)]
    [DataRow("Token{0}", false, SpaceMissing)]
    [DataRow("{0} {0}", true, Malformed)]
    [DataRow("{0}, {0}", true, Malformed)]
    [DataRow("{0},{0}", true, Malformed)]
    [DataRow("{0}, Basic YTpi", false, Malformed)]
    [DataRow("Bearer{0} x", false, Malformed)]
    [DataRow("\"{0}\"", true, Plain)]
    [DataRow("Basic{0}", true, Plain)]
    [DataRow("Bearer:{0}", true, Plain)]
    [DataRow("eyJhbGciOiJub25lIn0", true, Plain)]
    [DataRow("Bearer {0}", true, null)]
    [DataRow("Bearer Bearer{0}", true, "invalid_token")]
    public async Task Token_without_its_scheme_is_named_or_accepted(string authorization, bool allowRaw, string? challenge)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options =>
        {
            options.AllowRawToken = allowRaw;
            options.AuthenticationSchemes = ["Bearer", "Token"];
        });

        var response = await host.GetAsync("/", authorization.Replace("{0}", pool.IdToken()));

        Assert.AreEqual(challenge == null ? 200 : 401, response.StatusCode);
        if (challenge == "invalid_token")
        {
            StringAssert.Contains(response.Header("WWW-Authenticate"), challenge);
        }
        else
        {
            Assert.AreEqual(challenge, response.Header("WWW-Authenticate"));
        }
    }

    [TestMethod]
    public async Task Two_headers_of_which_one_is_a_raw_token_are_malformed()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.AllowRawToken = true);
        string token = pool.IdToken();

        foreach (var values in new[] { new[] { token, "Basic YTpi" }, [token, token], ["Basic YTpi", "Bearer" + token] })
        {
            var response = await host.SendAsync(new OwinTestRequest("GET", "/") { Headers = { ["Authorization"] = values } });
            Assert.AreEqual(Malformed, response.Header("WWW-Authenticate"));
        }
    }

    [TestMethod]
    public async Task Raw_token_is_validated_like_any_token()
    {
        using var pool = new CognitoTestPool();
        using var another = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.AllowRawToken = true);

        StringAssert.Contains(
            (await host.GetAsync("/", pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)))).Header("WWW-Authenticate"), "The token has expired.");
        StringAssert.Contains((await host.GetAsync("/", another.IdToken())).Header("WWW-Authenticate"), "The token is from another issuer.");
        StringAssert.Contains((await host.GetAsync("/", "eyJ." + new string('A', 20_000))).Header("WWW-Authenticate"), "The token is too long.");
    }

    [TestMethod]
    [DataRow(false, 401)]
    [DataRow(true, 200)]
    public async Task Raw_token_of_another_issuer_is_foreign(bool isForeign, int expected)
    {
        using var pool = new CognitoTestPool();
        using var another = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options =>
        {
            options.InvalidTokens = InvalidTokenHandling.Reject;
            options.ForeignTokens = ForeignTokenHandling.Ignore;
        });
        var source = isForeign ? another : pool;

        Assert.AreEqual(expected, (await host.GetAsync("/open", source.IdToken())).StatusCode);
        Assert.AreEqual(expected, (await host.GetAsync("/open", "Bearer" + source.IdToken())).StatusCode);
    }

    [TestMethod]
    [DataRow("GET", 200)]
    [DataRow("HEAD", 200)]
    [DataRow("OPTIONS", 200)]
    [DataRow("POST", 401)]
    [DataRow("PUT", 401)]
    [DataRow("PATCH", 401)]
    [DataRow("DELETE", 401)]
    [DataRow("PROPFIND", 401)]
    [DataRow("get", 401)]
    public async Task Load_balancer_token_without_Origin_counts_for_safe_methods_only(string method, int expected)
    {
        using var pool = new CognitoTestPool();
        using var host = StartBehindLoadBalancer(pool);

        var response = await host.SendAsync(WithLoadBalancerToken(method, pool.AccessToken()));

        Assert.AreEqual(expected, response.StatusCode);
        Assert.AreEqual(expected == 401 ? CrossSite : null, response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    [DataRow("Origin: https://api.example.test", 200)]
    [DataRow("Origin: HTTPS://API.example.test", 200)]
    [DataRow("Origin: http://api.example.test", 401)]
    [DataRow("Origin: https://api.example.test:8443", 401)]
    [DataRow("Origin: https://api.example.test.evil.example", 401)]
    [DataRow("Origin: https://evil.example/https://api.example.test", 401)]
    [DataRow("Origin: https://example.test", 401)]
    [DataRow("Origin: null", 401)]
    [DataRow("Origin: ", 401)]
    [DataRow("Origin: https://api.example.test, https://evil.example", 401)]
    [DataRow("Origin: https://api.example.test|Origin: https://evil.example", 401)]
    [DataRow("Sec-Fetch-Site: same-origin", 200)]
    [DataRow("Sec-Fetch-Site: same-site", 401)]
    [DataRow("Sec-Fetch-Site: cross-site", 401)]
    [DataRow("Sec-Fetch-Site: none", 401)]
    [DataRow("Sec-Fetch-Site: Same-Origin", 401)]
    [DataRow("Sec-Fetch-Site: same-origin|Sec-Fetch-Site: cross-site", 401)]
    [DataRow("Sec-Fetch-Site: same-origin, cross-site", 401)]
    [DataRow("Sec-Fetch-Site: same-origin|Origin: https://public.example.com", 200)]
    [DataRow("Sec-Fetch-Site: cross-site|Origin: https://api.example.test", 401)]
    [DataRow("Host: api.example.test:8443|Origin: https://api.example.test:8443", 200)]
    [DataRow("Host: api.example.test:443|Origin: https://api.example.test", 200)]
    [DataRow("Host: api.example.test:80|Origin: https://api.example.test", 401)]
    [DataRow("Host: |Origin: https://", 401)]
    [DataRow("Host: api.example.test|Host: evil.example|Origin: https://evil.example", 401)]
    [DataRow("X-Forwarded-Proto: http|Origin: http://api.example.test", 200)]
    [DataRow("X-Forwarded-Proto: http|Origin: https://api.example.test", 401)]
    [DataRow("X-Forwarded-Proto: https,http|Origin: https://api.example.test", 401)]
    [DataRow("X-Forwarded-Proto: https|X-Forwarded-Proto: http|Origin: https://api.example.test", 401)]
    [DataRow("Referer: https://api.example.test/page", 401)]
    public async Task Load_balancer_token_counts_for_POST_of_this_site_only(string headers, int expected)
    {
        using var pool = new CognitoTestPool();
        using var host = StartBehindLoadBalancer(pool);
        var request = WithLoadBalancerToken("POST", pool.AccessToken());
        foreach (var header in headers.Split('|').Select(header => header.Split([": "], 2, StringSplitOptions.None)).GroupBy(header => header[0]))
        {
            request.Headers[header.Key] = [.. header.Select(parts => parts[1])];
        }

        Assert.AreEqual(expected, (await host.SendAsync(request)).StatusCode);
    }

    [TestMethod]
    public async Task Load_balancer_that_ends_TLS_names_the_scheme()
    {
        using var pool = new CognitoTestPool();
        using var host = StartBehindLoadBalancer(pool);
        var request = WithLoadBalancerToken("POST", pool.AccessToken());
        request.Scheme = "http";
        request.Headers["Origin"] = ["https://api.example.test"];

        Assert.AreEqual(401, (await host.SendAsync(request)).StatusCode);
        request.Headers["X-Forwarded-Proto"] = ["https"];
        Assert.AreEqual(200, (await host.SendAsync(request)).StatusCode);
    }

    [TestMethod]
    public async Task Web_socket_with_a_load_balancer_token_must_come_from_this_site()
    {
        using var pool = new CognitoTestPool();
        using var host = StartBehindLoadBalancer(pool);
        var request = WithLoadBalancerToken("GET", pool.AccessToken());
        request.Headers["Upgrade"] = ["websocket"];
        request.Headers["Origin"] = ["https://evil.example"];

        Assert.AreEqual(401, (await host.SendAsync(request)).StatusCode);
        request.Headers["Origin"] = ["https://api.example.test"];
        Assert.AreEqual(200, (await host.SendAsync(request)).StatusCode);
    }

    [TestMethod]
    public async Task Load_balancer_header_proves_nothing()
    {
        using var pool = new CognitoTestPool();
        using var another = new CognitoTestPool();
        using var host = StartBehindLoadBalancer(pool);

        foreach (var (token, challenge) in new (string, string)[]
        {
            (pool.AccessToken().WithLifetime(TimeSpan.FromHours(-1)), "The token has expired."),
            (pool.AccessToken().ForgedWith(TestSigningKey.Create()), "The signature of the token is not valid."),
            (another.AccessToken(), "The token is from another issuer."),
            ("opaque", "The token is not a signed JWT of three segments."),
            (pool.AccessToken() + "," + pool.AccessToken(), "The token is encrypted; a signed JWT is expected."),
            (new string('A', 20_000), "The token is too long."),
        })
        {
            var response = await host.SendAsync(WithLoadBalancerToken("GET", token));
            Assert.AreEqual(401, response.StatusCode);
            StringAssert.Contains(response.Header("WWW-Authenticate"), challenge);
        }

        Assert.AreEqual(Plain, (await host.SendAsync(WithLoadBalancerToken("GET", ""))).Header("WWW-Authenticate"));
        Assert.AreEqual(SeveralTokens, (await host.SendAsync(WithLoadBalancerToken("GET", pool.AccessToken(), pool.AccessToken()))).Header("WWW-Authenticate"));
        Assert.AreEqual(SeveralTokens, (await host.SendAsync(WithLoadBalancerToken("GET", "", pool.AccessToken()))).Header("WWW-Authenticate"));
        Assert.AreEqual(SeveralTokens, (await host.SendAsync(WithLoadBalancerToken("GET", null!, pool.AccessToken()))).Header("WWW-Authenticate"));
    }

    [TestMethod]
    [DataRow(null, "alice")]
    [DataRow("Basic YTpi", "alice")]
    [DataRow("Bearer {bob}", "bob")]
    [DataRow("Bearer", null)]
    [DataRow("Bearer nonsense", null)]
    [DataRow("{bob}", null)]
    public async Task Authorization_excludes_the_other_places(string? authorization, string? expected)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options =>
        {
            options.AcceptLoadBalancerToken = true;
            options.QueryParameter = "access_token";
            options.QueryParameterPaths = ["/download"];
        });
        authorization = authorization?.Replace("{bob}", pool.AccessToken("bob"));

        foreach (var request in new[]
        {
            WithLoadBalancerToken("GET", pool.AccessToken("alice")), new OwinTestRequest("GET", "/download?access_token=" + pool.AccessToken("alice")),
        })
        {
            request.Authorization = authorization;
            var response = await host.SendAsync(request);
            Assert.AreEqual(expected == null ? 401 : 200, response.StatusCode);
            Assert.IsTrue(expected == null || expected == response.Body);
        }
    }

    [TestMethod]
    public async Task Load_balancer_token_comes_before_the_query_parameter()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options =>
        {
            options.AcceptLoadBalancerToken = true;
            options.QueryParameter = "access_token";
            options.QueryParameterPaths = ["/download"];
        });
        var request = new OwinTestRequest("POST", "/download?access_token=" + pool.AccessToken("alice"))
        {
            Headers = { [LoadBalancer] = [pool.AccessToken("bob")], ["Sec-Fetch-Site"] = ["same-origin"] },
        };

        Assert.AreEqual("bob", (await host.SendAsync(request)).Body);
        request.Headers["Sec-Fetch-Site"] = ["cross-site"];
        Assert.AreEqual(CrossSite, (await host.SendAsync(request)).Header("WWW-Authenticate"));
    }

    [TestMethod]
    public async Task Places_other_than_Authorization_are_off_by_default()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        Assert.AreEqual(Plain, (await host.SendAsync(WithLoadBalancerToken("GET", pool.AccessToken()))).Header("WWW-Authenticate"));
        Assert.AreEqual(Plain, (await host.GetAsync("/?access_token=" + pool.AccessToken())).Header("WWW-Authenticate"));
    }

    [TestMethod]
    [DataRow("/signalr?access_token={0}", 200)]
    [DataRow("/signalr/connect?transport=webSockets&access_token={0}", 200)]
    [DataRow("/SignalR/connect?access_token={0}", 200)]
    [DataRow("/files/reports/7?access_token={0}", 200)]
    [DataRow("/signalr2?access_token={0}", 401)]
    [DataRow("/api/signalr?access_token={0}", 401)]
    [DataRow("/files?access_token={0}", 401)]
    [DataRow("/?access_token={0}", 401)]
    [DataRow("/signalr?token={0}", 401)]
    [DataRow("/signalr?access_token=", 401)]
    [DataRow("/signalr", 401)]
    public async Task Query_parameter_counts_on_its_paths_only(string target, int expected)
    {
        using var pool = new CognitoTestPool();
        using var host = StartWithQueryParameter(pool);

        var response = await host.GetAsync(target.Replace("{0}", pool.AccessToken()));

        Assert.AreEqual(expected, response.StatusCode);
        Assert.AreEqual(expected == 200 ? "private" : null, response.Header("Cache-Control"));
        Assert.AreEqual(expected == 200 ? null : Plain, response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    [DataRow("/signalr?access_token={0}&access_token={0}", SeveralTokens)]
    [DataRow("/signalr?access_token=&access_token={0}", SeveralTokens)]
    [DataRow("/signalr?access_token=undefined", Plain + ", error=\"invalid_token\", error_description=\"The token is not a signed JWT of three segments.\"")]
    public async Task Refused_query_parameter_is_named_and_kept_out_of_shared_caches(string target, string challenge)
    {
        using var pool = new CognitoTestPool();
        using var host = StartWithQueryParameter(pool);

        var response = await host.GetAsync(target.Replace("{0}", pool.AccessToken()));

        Assert.AreEqual(challenge, response.Header("WWW-Authenticate"));
        Assert.AreEqual("private", response.Header("Cache-Control"));
    }

    [TestMethod]
    [DataRow("no-cache", "private, no-cache")]
    [DataRow("no-store", "private, no-store")]
    [DataRow("public, max-age=60", "private, max-age=60")]
    [DataRow("Public,S-MaxAge=60,max-age=5", "private, max-age=5")]
    [DataRow("private=\"Set-Cookie\"", "private")]
    [DataRow("max-age=60, private", "private, max-age=60")]
    [DataRow("", "private")]
    public async Task Answer_to_a_query_token_is_private_whatever_the_application_says(string cacheControl, string expected)
    {
        using var pool = new CognitoTestPool();
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.QueryParameter = "access_token";
                options.QueryParameterPaths = ["/signalr"];
            });
            app.Run(context =>
            {
                context.Response.Headers["Cache-Control"] = cacheControl;
                return context.Response.WriteAsync("done");
            });
        });

        Assert.AreEqual(expected, (await host.GetAsync("/signalr?access_token=" + pool.IdToken())).Header("Cache-Control"));
        Assert.AreEqual(cacheControl == "" ? null : cacheControl, (await host.GetAsync("/signalr", "Bearer " + pool.IdToken())).Header("Cache-Control"));
    }

    [TestMethod]
    public async Task Passive_middleware_reads_the_query_parameter_for_a_challenge()
    {
        using var pool = new CognitoTestPool();
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.AuthenticationMode = AuthenticationMode.Passive;
                options.QueryParameter = "access_token";
                options.QueryParameterPaths = ["/signalr"];
            });
            app.Run(context =>
            {
                context.Authentication.Challenge("Bearer");
                context.Response.StatusCode = 401;
                return Task.CompletedTask;
            });
        });

        var response = await host.GetAsync("/signalr?access_token=" + pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)));

        StringAssert.Contains(response.Header("WWW-Authenticate"), "The token has expired.");
        Assert.AreEqual("private", response.Header("Cache-Control"));
    }

    // The recipe of docs/security.md.
    [TestMethod]
    [DataRow("GET", null, null, 200)]
    [DataRow("POST", null, null, 401)]
    [DataRow("POST", "same-origin", null, 200)]
    [DataRow("POST", "cross-site", null, 401)]
    [DataRow("POST", "same-origin", "Bearer", 401)]
    public async Task Cookie_counts_for_requests_of_this_site(string method, string? site, string? authorization, int expected)
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.Provider.OnRequestToken = context =>
        {
            if (context.Token == null && context.Request.Headers["Authorization"] == null && context.AllowsCookie)
            {
                context.Token = context.Request.Cookies["token"];
            }

            return Task.FromResult(0);
        });
        var request = new OwinTestRequest(method, "/") { Authorization = authorization, Headers = { ["Cookie"] = ["token=" + pool.IdToken()] } };
        if (site != null)
        {
            request.Headers["Sec-Fetch-Site"] = [site];
        }

        Assert.AreEqual(expected, (await host.SendAsync(request)).StatusCode);
    }

    private static OwinTestHost StartBehindLoadBalancer(CognitoTestPool pool) =>
        ProtectedApp.Start(pool, options => options.AcceptLoadBalancerToken = true);

    private static OwinTestHost StartWithQueryParameter(CognitoTestPool pool) => ProtectedApp.Start(pool, options =>
    {
        options.QueryParameter = "access_token";
        options.QueryParameterPaths = ["/signalr", "/files/reports"];
    });

    private static OwinTestRequest WithLoadBalancerToken(string method, params string[] tokens) =>
        new(method, "/") { Headers = { [LoadBalancer] = tokens } };
}
