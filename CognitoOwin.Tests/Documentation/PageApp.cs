using System;
using System.Collections.Specialized;
using System.IO;
using System.Net.Http;
using System.Threading.Tasks;
using System.Web.Http;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;
using Snippets;

namespace CognitoOwin.Tests.Documentation;

/// <summary>
/// An application of the blocks of a page, as a reader would put it together: the two settings in <c>&lt;appSettings&gt;</c>, and Web API
/// with the routes of Visual Studio's template.
/// </summary>
internal sealed class PageApp : IDisposable
{
    private readonly string _jwksFile = Path.GetTempFileName();
    private readonly AppSettings _settings;
    private readonly HttpConfiguration _configuration;
    private readonly OwinTestHost _host;

    /// <param name="startup">The block of the page that calls <c>UseCognitoJwt</c>.</param>
    /// <param name="controllers">The controllers of the page.</param>
    public PageApp(Action<IAppBuilder> startup, params Type[] controllers)
        : this(startup, _ => { }, controllers)
    {
    }

    /// <param name="startup">The block of the page that calls <c>UseCognitoJwt</c>.</param>
    /// <param name="configure">The block of the page for <c>WebApiConfig</c>.</param>
    /// <param name="controllers">The controllers of the page.</param>
    public PageApp(Action<IAppBuilder> startup, Action<HttpConfiguration> configure, params Type[] controllers)
    {
        File.WriteAllText(_jwksFile, Pool.Jwks);
        _settings = new AppSettings(new NameValueCollection
        {
            ["cognito:UserPoolId"] = Pool.UserPool.UserPoolId,
            ["cognito:ClientId"] = Pool.ClientId,
            ["cognito:JwksFile"] = _jwksFile,
        });
        _configuration = WebApiOnOwin.Configure([.. controllers, typeof(BlockController)]);
        var routes = _configuration.Routes;
        routes.Add("DefaultApi", routes.CreateRoute("api/{controller}/{id}", new { id = RouteParameter.Optional }, constraints: null));
        configure(_configuration);
        _host = OwinTestHost.Start(app =>
        {
            startup(app);
            app.UseWebApi(_configuration);
        });
    }

    /// <summary>Gets the user pool, with the ids that the pages use.</summary>
    public CognitoTestPool Pool { get; } = new("eu-west-1_Ab12Cd34e");

    public async Task<OwinTestResponse> SendAsync(string method, string target, string? token = null, string? json = null)
    {
        var request = new OwinTestRequest(method, target) { Authorization = token is null ? null : "Bearer " + token };
        return await _host.SendAsync(json is null ? request : request.WithBody(json, "application/json"));
    }

    /// <summary>Runs the statements of a block in a controller, in a request with this token.</summary>
    public async Task RunAsync(Surroundings block, string token)
    {
        _configuration.Properties["block"] = block;

        var response = await SendAsync("POST", "/block", token);

        Assert.AreEqual(200, response.StatusCode, response.Body);
    }

    public void Dispose()
    {
        _host.Dispose();
        _configuration.Dispose();
        Pool.Dispose();
        File.Delete(_jwksFile);
        _settings.Dispose();
    }

    public sealed class BlockController : ApiController
    {
        [HttpPost, Route("block")]
        public async Task<HttpResponseMessage> Post()
        {
            var block = (Surroundings)Configuration.Properties["block"];
            block.ControllerContext = ControllerContext;
            await block.RunAsync();
            return Request.CreateResponse();
        }
    }
}
