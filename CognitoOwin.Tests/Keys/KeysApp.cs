using System;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin;
using Microsoft.Owin.Logging;
using Owin;

namespace CognitoOwin.Tests.Keys;

/// <summary>
/// The application of <see cref="ProtectedApp"/> with its user pool's keys on a <see cref="MisbehavingServer"/>, and a clock that
/// stands still unless a test moves it.
/// </summary>
internal sealed class KeysApp : IDisposable
{
    public const int Fetched = 100;
    public const int FetchFailed = 101;
    public const int KeySkipped = 102;
    public const int KeyDropped = 103;
    public const int LookupsRefused = 104;

    private readonly OwinTestHost _host;
    private bool _hasEnded;

    public KeysApp(
        Action<CognitoJwtAuthenticationOptions>? configure = null,
        Func<IOwinContext, Task>? application = null,
        TimeProvider? clock = null)
    {
        Pool = new CognitoTestPool { TimeProvider = clock ?? Clock };
        Pool.UserPool.JwksUri = new Uri(Server.Address, "jwks.json");
        Server.OnRequest = ServeKeys;
        _host = OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(Log);
            app.UseCognitoJwt(options =>
            {
                Pool.Configure(options);
                options.Keys.HttpMessageHandler = null;
                configure?.Invoke(options);
            });
            app.Run(application ?? ProtectedApp.AnswerAsync);
        });
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public CognitoTestPool Pool { get; }

    public MisbehavingServer Server { get; } = new();

    public RecordingLog Log { get; } = new();

    public MisbehavingServer.Behaviour ServeKeys => MisbehavingServer.Json(() => Pool.Jwks);

    public int Fetches => Server.Fetches;

    /// <summary>A token that outlives every outage. It is older than every fetch, so that an unknown key of it is no new one.</summary>
    public string LongToken(string username = "alice") =>
        Pool.IdToken(username).WithLifetime(Pool.TimeProvider.GetUtcNow() - TimeSpan.FromHours(1), TimeSpan.FromDays(366));

    /// <summary>The token, with another <c>kid</c> in its header: its signature is no longer good, but that is found out later.</summary>
    public static string WithKeyId(string token, string keyId) =>
        Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($$"""{"alg":"RS256","kid":"{{keyId}}"}"""))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_')
        + token.Substring(token.IndexOf('.'));

    public Task<OwinTestResponse> GetAsync(string token, string path = "/") => _host.GetAsync(path, "Bearer " + token);

    public Task<OwinTestResponse> GetAnonymouslyAsync(string path) => _host.GetAsync(path);

    public Task<OwinTestResponse> SendAsync(string token, CancellationToken callCancelled) =>
        _host.SendAsync(new OwinTestRequest("GET", "/") { Authorization = "Bearer " + token, CallCancelled = callCancelled });

    public async Task<int> StatusAsync(string token) => (await GetAsync(token)).StatusCode;

    /// <summary>Unloads the application, as a host does.</summary>
    public void End()
    {
        _host.Dispose();
        _hasEnded = true;
    }

    public void Dispose()
    {
        if (!_hasEnded)
        {
            _host.Dispose();
        }

        Server.Dispose();
        Pool.Dispose();
    }
}
