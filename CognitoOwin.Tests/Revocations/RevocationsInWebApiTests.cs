using System;
using System.Net.Http;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.Testing;
using CognitoOwin.Tests.WebApi;
using CognitoOwin.WebApi;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Revocations;

/// <summary>How a Web API controller reaches the revocations.</summary>
[TestClass]
public sealed class RevocationsInWebApiTests
{
    [TestMethod]
    public async Task Controller_signs_its_user_out()
    {
        using var staff = new CognitoTestPool();
        using var customers = new CognitoTestPool();
        using var host = WebApiApp.Start(staff, customers, typeof(SessionController));
        var authorization = "Bearer " + staff.IdToken("alice");

        Assert.AreEqual(200, (await host.GetAsync("/api/sign-out", authorization)).StatusCode);

        var response = await host.GetAsync("/api/sign-out", authorization);
        Assert.AreEqual(401, response.StatusCode);
        Assert.AreEqual(
            "Bearer realm=\"api\", error=\"invalid_token\", error_description=\"The token was revoked.\"", response.Header("WWW-Authenticate"));
    }

    [TestMethod]
    public void Request_without_OWIN_throws_and_names_the_cure()
    {
        using var request = new HttpRequestMessage();
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => request.GetCognitoRevocations()).Message, "call app.UseCognitoJwt()");
        Assert.ThrowsExactly<ArgumentNullException>(() => ((HttpRequestMessage)null!).GetCognitoRevocations());
    }

    [Authorize]
    public sealed class SessionController : ApiController
    {
        [HttpGet, Route("api/sign-out")]
        public async Task<IHttpActionResult> GetSignOut()
        {
            await Request.GetCognitoRevocations().RevokeSignInAsync(User);
            return Ok();
        }
    }
}
