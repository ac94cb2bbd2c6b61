using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Requests;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Keys;

[TestClass]
public sealed class JwksClientTests
{
    [TestMethod]
    public async Task Fetch_requests_JSON_and_closes_the_connection()
    {
        using var app = new KeysApp();

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));

        var request = app.Server.Requests.Single();
        StringAssert.StartsWith(request, "GET /jwks.json HTTP/1.1\r\n");
        StringAssert.Contains(request, "Accept: application/json\r\n");
        StringAssert.Contains(request, "Connection: close\r\n");
    }

    [TestMethod]
    public async Task Firewall_that_refuses_requests_without_User_Agent_lets_the_fetch_pass()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = connection =>
            (app.Server.Requests[0].Contains("\r\nUser-Agent: CognitoOwin/") ? app.ServeKeys : MisbehavingServer.Status(403))(connection);

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
    }

    [TestMethod]
    public async Task Redirect_is_not_followed()
    {
        using var app = new KeysApp();
        using var elsewhere = new MisbehavingServer { OnRequest = MisbehavingServer.Json(app.Pool.Jwks) };
        app.Server.OnRequest = MisbehavingServer.Redirect(elsewhere.Address);

        Assert.AreEqual(503, await app.GetStatusAsync(app.Pool.IdToken()));
        Assert.AreEqual(0, elsewhere.Fetches);
        Assert.AreEqual(1, app.Fetches);
    }

    [TestMethod]
    public async Task Cookie_is_not_sent_back()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Answer(200, "application/json", app.Pool.Jwks, "Set-Cookie: a=b\r\n");
        string token = app.Pool.IdToken();
        Assert.AreEqual(200, await app.GetStatusAsync(token));

        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));

        Assert.AreEqual(2, app.Fetches);
        Assert.IsFalse(app.Server.Requests.Any(request => request.Contains("Cookie")));
    }

    [TestMethod]
    public async Task Custom_HTTP_handler_fetches_through_its_proxy()
    {
        using var proxy = new MisbehavingServer();
        using var handler = new HttpClientHandler { Proxy = new WebProxy(proxy.Address), UseProxy = true, AllowAutoRedirect = false };
        using var app = new KeysApp(options =>
        {
            options.RequireHttps = false;
            options.UserPools[0].JwksUri = new Uri("http://cognito.example.test/jwks.json");
            options.Keys.HttpMessageHandler = handler;
        });
        proxy.OnRequest = app.ServeKeys;

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));

        StringAssert.StartsWith(proxy.Requests.Single(), "GET http://cognito.example.test/jwks.json HTTP/1.1\r\n");
    }

    [TestMethod]
    public async Task Custom_HTTP_handler_is_not_disposed_with_the_application()
    {
        using var pool = new CognitoTestPool();
        for (var i = 1; i <= 2; i++)
        {
            using var host = ProtectedApp.Start(pool);
            Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + pool.IdToken())).StatusCode);
            Assert.AreEqual(i, pool.JwksFetches);
        }
    }

    [TestMethod]
    public async Task Custom_HTTP_handler_that_throws_is_a_failed_fetch()
    {
        using var pool = new CognitoTestPool { OnJwksRequest = (_, _) => throw new InvalidOperationException("Out of order.") };
        using var host = ProtectedApp.Start(pool);

        Assert.AreEqual(503, (await host.GetAsync("/", "Bearer " + pool.IdToken())).StatusCode);
        Assert.AreEqual(2, pool.JwksFetches, "One at the address of each issuer.");
    }

    [TestMethod]
    [DataRow("http://cognito.example.test/jwks.json", false)]
    [DataRow("https://cognito.example.test/jwks.json", true)]
    [DataRow("http://localhost:9229/jwks.json", true)]
    [DataRow("http://127.0.0.1:9229/jwks.json", true)]
    [DataRow("http://[::1]:9229/jwks.json", true)]
    [DataRow("http://localhost.attacker.example/jwks.json", false)]
    [DataRow("ftp://127.0.0.1/jwks.json", false)]
    public void JWKS_address_without_https_is_allowed_on_localhost_only(string address, bool allowed)
    {
        var options = new CognitoJwtAuthenticationOptions();
        options.UserPools.Add(new CognitoUserPool("eu-west-1_Ab12Cd34e", "1example23456789") { JwksUri = new Uri(address) });

        try
        {
            using var validator = new CognitoTokenValidator(options);
            Assert.IsTrue(allowed);
        }
        catch (CognitoConfigurationException e)
        {
            Assert.IsFalse(allowed);
            StringAssert.Contains(e.Problems.Single(), "UserPools[0].JwksUri");
        }
    }
}
