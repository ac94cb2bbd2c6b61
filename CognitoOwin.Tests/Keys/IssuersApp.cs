using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin.Logging;
using Owin;

namespace CognitoOwin.Tests.Keys;

/// <summary>
/// The application of <see cref="ProtectedApp"/> with a pool that has a replica: three issuers, each with an address of its own,
/// which answers as a test asks for.
/// </summary>
internal sealed class IssuersApp : IDisposable
{
    private readonly OwinTestHost _host;
    private readonly ConcurrentDictionary<string, Func<Task<HttpResponseMessage>>> _answers = new();
    private readonly ConcurrentQueue<string> _fetches = new();
    private readonly Signal _arrivals = new();

    public IssuersApp(Action<CognitoJwtAuthenticationOptions>? configure = null, Func<Microsoft.Owin.IOwinContext, Task>? application = null)
    {
        Pool = new CognitoTestPool { TimeProvider = Clock, UsesUpdatedIssuer = true };
        Pool.UserPool.ReplicaRegions = ["us-west-2"];
        Pool.OnJwksRequest = (request, _) =>
        {
            var issuer = request.RequestUri!.AbsoluteUri.Replace("/.well-known/jwks.json", "");
            _fetches.Enqueue(issuer);
            _arrivals.Add();
            return _answers.TryGetValue(issuer, out var answer) ? answer() : Task.FromResult(Json(Pool.Jwks));
        };
        _host = OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(Log);
            app.UseCognitoJwt(options =>
            {
                Pool.Configure(options);
                configure?.Invoke(options);
            });
            app.Run(application ?? ProtectedApp.AnswerAsync);
        });
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public CognitoTestPool Pool { get; }

    public RecordingLog Log { get; } = new();

    public string Original => Pool.UserPool.Issuers[0];

    public string Updated => Pool.UserPool.Issuers[1];

    public string Replica => Pool.UserPool.Issuers[2];

    public IReadOnlyList<string> Fetches => [.. _fetches];

    public int CountFetches(string issuer) => _fetches.Count(fetch => fetch == issuer);

    public Task WaitForFetchesAsync(int count) => _arrivals.WaitForAsync(count);

    public void Serve(string issuer, params TestSigningKey[] keys) =>
        _answers[issuer] = () => Task.FromResult(Json(CognitoTestPool.WriteJwks(keys)));

    public void Fail(string issuer, HttpStatusCode status = HttpStatusCode.InternalServerError) =>
        _answers[issuer] = () => Task.FromResult(new HttpResponseMessage(status));

    public void Answer(string issuer, Func<Task<HttpResponseMessage>> answer) => _answers[issuer] = answer;

    public void Restore(string issuer) => _answers.TryRemove(issuer, out _);

    /// <summary>A token that outlives every outage, and is older than every fetch.</summary>
    public string Token(string issuer, TestSigningKey? key = null, string username = "alice") => Pool.IdToken(username)
        .FromIssuer(issuer)
        .SignedBy(key ?? Pool.IdTokenKey)
        .WithLifetime(Clock.GetUtcNow() - TimeSpan.FromHours(1), TimeSpan.FromDays(366));

    public Task<OwinTestResponse> GetAsync(string path, string? token = null) =>
        _host.GetAsync(path, token == null ? null : "Bearer " + token);

    public async Task<int> GetStatusAsync(string token) => (await GetAsync("/", token)).StatusCode;

    public void Dispose()
    {
        _host.Dispose();
        Pool.Dispose();
    }

    public static HttpResponseMessage Json(string json) =>
        new(HttpStatusCode.OK) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
