using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Revocations;

/// <summary>
/// An application of two pools, whose clock only the test moves. It answers an anonymous request with 401. A POST runs
/// <see cref="OnPost"/> with the user of the request, as a controller does that signs a user out.
/// </summary>
internal sealed class RevocationsApp : IDisposable
{
    private readonly OwinTestHost _host;
    private ICognitoRevocations? _revocations;

    public RevocationsApp(Action<CognitoJwtAuthenticationOptions>? configure = null)
    {
        Pool = new CognitoTestPool { TimeProvider = Clock };
        OtherPool = new CognitoTestPool { TimeProvider = Clock };
        _host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                Pool.Configure(options);
                options.UserPools = [Pool.UserPool, OtherPool.UserPool];
                options.Keys.HttpMessageHandler = new TwoPoolJwksHandler(Pool, OtherPool);
                configure?.Invoke(options);
            });
            app.Run(async context =>
            {
                _revocations = context.GetCognitoRevocations();
                await ProtectedApp.AnswerAsync(context);
                if (context.Request.Method == "POST")
                {
                    await OnPost(context);
                }
            });
        });
    }

    /// <summary>Gets the clock. It starts in the middle of a second, because only tokens have whole seconds.</summary>
    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_500));

    public CognitoTestPool Pool { get; }

    public CognitoTestPool OtherPool { get; }

    public string PoolId => Pool.UserPool.UserPoolId!;

    public Func<IOwinContext, Task> OnPost { get; set; } = _ => throw new InvalidOperationException();

    public ICognitoRevocations Revocations
    {
        get
        {
            if (_revocations == null)
            {
                _host.GetAsync("/open").GetAwaiter().GetResult();
            }

            return _revocations!;
        }
    }

    public Task<OwinTestResponse> GetAsync(string token) => _host.GetAsync("/", "Bearer " + token);

    public async Task AssertAcceptedAsync(string token, string? message = null) =>
        Assert.AreEqual(200, (await GetAsync(token)).StatusCode, message);

    public async Task AssertRevokedAsync(string token, string? message = null)
    {
        var response = await GetAsync(token);
        Assert.AreEqual(401, response.StatusCode, message);
        Assert.AreEqual(
            "Bearer realm=\"api\", error=\"invalid_token\", error_description=\"The token was revoked.\"", response.Header("WWW-Authenticate"));
    }

    /// <summary>Sends a POST, for which the application runs <see cref="OnPost"/>.</summary>
    public async Task PostAsync(string token, Func<IOwinContext, Task> onPost)
    {
        OnPost = onPost;
        var response = await _host.SendAsync(new OwinTestRequest("POST", "/") { Authorization = "Bearer " + token });
        Assert.AreEqual(200, response.StatusCode);
    }

    public void Dispose()
    {
        _host.Dispose();
        Pool.Dispose();
        OtherPool.Dispose();
    }
}
