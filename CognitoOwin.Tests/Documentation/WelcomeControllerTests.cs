// The controller test that docs/testing.md shows. TestingPageTests compares both. The code also compiles with older compilers, so it
// follows older style rules.
#nullable disable
#pragma warning disable CA1822, CA2000, CA1852, IDE0161, IDE0063
using System.Net;
using System.Net.Http;
using System.Security.Claims;
using System.Threading;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace MyApplication.Tests
{
    // The controller under test.
    public class WelcomeController : ApiController
    {
        [Authorize(Roles = "members"), Route("api/welcome")]
        public string Get()
        {
            return "Welcome, " + User.Identity.Name + "!";
        }
    }

    [TestClass]
    public class WelcomeControllerTests
    {
        [TestMethod]
        public async Task User_in_the_group_gets_the_welcome()
        {
            using (var pool = new CognitoTestPool())
            {
                var alice = await pool.SignInAsync(pool.IdToken("alice").WithGroups("members"));

                var response = await GetAsync("http://localhost/api/welcome", alice);

                Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
                Assert.AreEqual("\"Welcome, alice!\"", await response.Content.ReadAsStringAsync());
            }
        }

        [TestMethod]
        public async Task User_outside_the_group_gets_401()
        {
            using (var pool = new CognitoTestPool())
            {
                var bob = await pool.SignInAsync(pool.IdToken("bob").WithGroups("guests"));

                Assert.AreEqual(HttpStatusCode.Unauthorized, (await GetAsync("http://localhost/api/welcome", bob)).StatusCode);
            }
        }

        [TestMethod]
        public async Task Expired_token_leaves_the_user_anonymous()
        {
            using (var pool = new CognitoTestPool())
            {
                string token = pool.IdToken("alice").WithGroups("members").WithLifetime(System.TimeSpan.FromHours(-1));

                Assert.IsFalse((await pool.SignInAsync(token)).Identity.IsAuthenticated);
            }
        }

        // Runs routes, filters and formatters as in the application, without a server.
        private static async Task<HttpResponseMessage> GetAsync(string address, ClaimsPrincipal user)
        {
            var config = new HttpConfiguration();
            config.MapHttpAttributeRoutes();
            config.MessageHandlers.Add(new PrincipalHandler(user));
            using (var server = new HttpServer(config))
            using (var client = new HttpClient(server))
            {
                return await client.GetAsync(address);
            }
        }

        private class PrincipalHandler : DelegatingHandler
        {
            private readonly ClaimsPrincipal _user;

            public PrincipalHandler(ClaimsPrincipal user)
            {
                _user = user;
            }

            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                request.GetRequestContext().Principal = _user;
                return base.SendAsync(request, cancellationToken);
            }
        }
    }
}
