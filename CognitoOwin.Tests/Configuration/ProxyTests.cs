using System;
using System.Collections.Specialized;
using System.Linq;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Validation;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Configuration;

[TestClass]
public sealed class ProxyTests
{
    [TestMethod]
    public async Task Keys_and_profiles_are_fetched_through_the_proxy()
    {
        using var pool = new CognitoTestPool();
        using var proxy = LoopbackServer.Start();
        string token = pool.AccessToken().FromIssuer("http://pool.test/local_1").WithScopes("aws.cognito.signin.user.admin");
        var profile = $$$"""{"UserAttributes":[{"Name":"sub","Value":"{{{TokenReader.ReadSubject(token)}}}"}]}""";
        proxy.OnRequest = request => Task.FromResult(new LoopbackServer.Answer(200, request.Method == "GET" ? pool.Jwks : profile));
        var options = new CognitoJwtAuthenticationOptions().ReadSettings(new NameValueCollection
        {
            ["cognito:Issuer"] = "http://pool.test/local_1",
            ["cognito:ClientId"] = pool.ClientId,
            ["cognito:Endpoint"] = "http://api.pool.test/",
            ["cognito:UserInfo"] = "getUser",
            ["cognito:RequireHttps"] = "false",
            ["cognito:Proxy"] = proxy.Address.GetLeftPart(UriPartial.Authority),
        });
        options.Provider.OnProvisionUser = _ => Task.FromResult(0);
        using var host = OwinTestHost.Start(app => app.UseCognitoJwt(options).Run(ProtectedApp.AnswerAsync));

        var response = await host.GetAsync("/", "Bearer " + token);

        Assert.AreEqual(200, response.StatusCode);
        CollectionAssert.AreEqual(
            new[] { "http://pool.test/local_1/.well-known/jwks.json", "http://api.pool.test/" },
            proxy.Requests.Select(request => request.Target).ToArray());
    }
}
