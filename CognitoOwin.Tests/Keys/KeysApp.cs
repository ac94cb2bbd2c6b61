using System;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Validation;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin;
using Microsoft.Owin.Logging;
using Owin;

namespace CognitoOwin.Tests.Keys;

/// <summary>
/// The application of <see cref="ProtectedApp"/> whose user pool has its keys on a <see cref="MisbehavingServer"/>. Its clock moves
/// only when a test advances it.
/// </summary>
internal sealed class KeysApp : IDisposable
{
    public const int Fetched = 100;
    public const int FetchFailed = 101;
    public const int KeySkipped = 102;
    public const int KeyDropped = 103;
    public const int LookupsRefused = 104;

    private readonly OwinTestHost _host;
    private readonly MeterListener _metrics = new();
    private readonly Signal _failedFetches = new();
    private bool _isUnloaded;

    public KeysApp(
        Action<CognitoJwtAuthenticationOptions>? configure = null,
        Func<IOwinContext, Task>? application = null,
        TimeProvider? clock = null)
    {
        Pool = new CognitoTestPool { TimeProvider = clock ?? Clock };
        Pool.UserPool.JwksUri = new Uri(Server.Address, "jwks.json");
        Server.OnRequest = ServeKeys;
        _metrics.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "cognito_owin.jwks.fetch.duration")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _metrics.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            var names = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            if (names.ContainsKey("error.type") && Equals(names["cognito_owin.user_pool"], Pool.UserPool.Name))
            {
                _failedFetches.Add();
            }
        });
        _metrics.Start();
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

    /// <summary>
    /// Creates a token that is valid for longer than any outage of these tests. It is older than every fetch, so its key, if unknown,
    /// cannot be a new one.
    /// </summary>
    public string CreateLongLivedToken(string username = "alice") =>
        Pool.IdToken(username).WithLifetime(Pool.TimeProvider.GetUtcNow() - TimeSpan.FromHours(1), TimeSpan.FromDays(366));

    /// <summary>
    /// Returns the token with another <c>kid</c> in its header. Its signature is no longer valid, but the key is looked up first.
    /// </summary>
    public static string ReplaceKeyId(string token, string keyId) =>
        Base64UrlText.Encode($$"""{"alg":"RS256","kid":"{{keyId}}"}""") + token.Substring(token.IndexOf('.'));

    public Task<OwinTestResponse> GetAsync(string token, string path = "/") => _host.GetAsync(path, "Bearer " + token);

    public Task<OwinTestResponse> GetAnonymouslyAsync(string path) => _host.GetAsync(path);

    public Task<OwinTestResponse> SendAsync(string token, CancellationToken callCancelled) =>
        _host.SendAsync(new OwinTestRequest("GET", "/") { Authorization = "Bearer " + token, CallCancelled = callCancelled });

    public async Task<int> GetStatusAsync(string token) => (await GetAsync(token)).StatusCode;

    /// <summary>Waits for a number of failed fetches. The log has only some of them.</summary>
    public Task WaitForFailedFetchesAsync(int count) => _failedFetches.WaitForAsync(count);

    /// <summary>Disposes the application, as a host does when it unloads it.</summary>
    public void Unload()
    {
        _host.Dispose();
        _isUnloaded = true;
    }

    public void Dispose()
    {
        if (!_isUnloaded)
        {
            _host.Dispose();
        }

        _metrics.Dispose();
        Server.Dispose();
        Pool.Dispose();
    }
}
