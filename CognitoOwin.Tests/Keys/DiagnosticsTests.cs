using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Validation;
using Microsoft.Owin;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Owin;

namespace CognitoOwin.Tests.Keys;

/// <summary>Metrics, log messages and health of the keys.</summary>
[TestClass]
public sealed class DiagnosticsTests
{
    [TestMethod]
    public async Task OpenTelemetry_exports_fetches_by_outcome_and_the_key_state()
    {
        var exported = new List<MetricSnapshot>();
        using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter("CognitoOwin").AddInMemoryExporter(exported).Build();
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        app.Server.OnRequest = MisbehavingServer.InTurn(MisbehavingServer.Status(500), app.ServeKeys);

        Assert.AreEqual(503, await app.GetStatusAsync(token));
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        for (var i = 0; i < 4; i++)
        {
            Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));
        }

        app.Clock.Advance(TimeSpan.FromSeconds(90));
        metrics.ForceFlush();

        var fetches = GetPoints("cognito_owin.jwks.fetch.duration", "s");
        Assert.AreEqual(1, fetches.Single(point => GetTag(point, "error.type") == "500").GetHistogramCount());
        Assert.AreEqual(2, fetches.Single(point => GetTag(point, "error.type") == null).GetHistogramCount());
        Assert.AreEqual(2, GetPoints("cognito_owin.jwks.keys", "{key}").Single().GetSumLong());
        Assert.AreEqual(90.0, GetPoints("cognito_owin.jwks.age", "s").Single().GetGaugeLastValueDouble());
        Assert.AreEqual(3, GetPoints("cognito_owin.jwks.lookup.refused", "{lookup}").Single().GetSumLong());

        List<MetricPoint> GetPoints(string name, string unit)
        {
            var metric = exported.Last(metric => metric.Name == name);
            Assert.AreEqual(unit, metric.Unit);
            return [.. metric.MetricPoints.Where(point => GetTag(point, "cognito_owin.user_pool") == app.Pool.UserPool.Name)];
        }
    }

    [TestMethod]
    public async Task Pool_that_two_validators_have_is_measured_once_by_its_older_keys()
    {
        var ages = new List<double>();
        using var listener = new MeterListener();
        using var app = new KeysApp();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "cognito_owin.jwks.age")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, age, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (Equals(tag.Value, app.Pool.UserPool.Name))
                {
                    ages.Add(age);
                }
            }
        });
        listener.Start();
        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
        app.Clock.Advance(TimeSpan.FromSeconds(90));
        using var validator = PoolValidator.Create(app.Pool);
        Assert.IsTrue((await validator.ValidateAsync(app.Pool.IdToken())).IsValid);

        listener.RecordObservableInstruments();

        CollectionAssert.AreEqual(new[] { 90.0 }, ages);
    }

    [TestMethod]
    public async Task Key_metrics_stop_when_the_application_ends()
    {
        var exported = new List<MetricSnapshot>();
        using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter(CognitoMeter.Name).AddInMemoryExporter(exported).Build();
        using var app = new KeysApp();
        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
        app.Unload();

        metrics.ForceFlush();

        var keys = exported.Where(metric => metric.Name == "cognito_owin.jwks.keys").SelectMany(metric => metric.MetricPoints);
        Assert.IsFalse(keys.Any(point => GetTag(point, "cognito_owin.user_pool") == app.Pool.UserPool.Name));
    }

    [TestMethod]
    public async Task Log_messages_have_the_documented_event_ids()
    {
        using var app = new KeysApp();
        string token = app.CreateLongLivedToken();
        var name = app.Pool.UserPool.Name;
        app.Server.OnRequest = MisbehavingServer.InTurn(
            MisbehavingServer.Status(500),
            MisbehavingServer.Json(app.Pool.Jwks.Replace("{\"keys\":[", "{\"keys\":[{},")),
            MisbehavingServer.Json(CognitoTestPool.WriteJwks([app.Pool.AccessTokenKey])));

        Assert.AreEqual(503, await app.GetStatusAsync(token));
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));
        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));

        CollectionAssert.AreEqual(
            new[]
            {
                (TraceEventType.Error, 101, $"The keys of the user pool {name} could not be fetched from {app.Server.Address}jwks.json (Status). The answer has status 500, "
                    + "expected 200. No key is known, so requests with a token of this pool get 503."),
                (TraceEventType.Warning, 102, $"The keys of the user pool {name}: Key 1 of the JWK Set is left out: its kty is not RSA."),
                (TraceEventType.Information, 100, $"The keys of the user pool {name} were fetched: 2."),
                (TraceEventType.Information, 106, $"The keys of the user pool {name} can be fetched again from {app.Server.Address}jwks.json: its tokens "
                    + "are validated. Failed fetches before: 1."),
                (TraceEventType.Information, 103, $"The user pool {name} no longer has the key {app.Pool.IdTokenKey.Id}: "
                    + "tokens that are signed with it are no longer accepted."),
                (TraceEventType.Information, 100, $"The keys of the user pool {name} were fetched: 1."),
                (TraceEventType.Warning, 104, $"Tokens name unknown keys of the user pool {name}. Until Keys.MinimumRefetchInterval has "
                    + "passed since the last fetch, such tokens are refused without a new fetch."),
            },
            app.Log.Entries.Where(entry => entry.EventId < 200).ToArray());
        Assert.IsFalse(app.Log.Entries.Any(entry => entry.Text.Contains("invented") || entry.Text.Contains(token)));
    }

    [TestMethod]
    public async Task Health_follows_a_pool_through_cold_start_outage_and_recovery()
    {
        using var app = new KeysApp(application: AnswerHealthAsync);
        var release = new TaskCompletionSource<bool>();
        app.Server.OnRequest = MisbehavingServer.After(release.Task, app.ServeKeys);

        // No key is known yet. Asking for the health starts a fetch.
        var cold = await GetHealthAsync(app);
        Assert.AreEqual(503, cold.Status);
        Assert.IsFalse(cold.Pool.GetProperty("IsUsable").GetBoolean());
        Assert.AreEqual(JsonValueKind.Null, cold.Pool.GetProperty("LastFetchSucceeded").ValueKind);
        Assert.AreEqual(JsonValueKind.Null, cold.Pool.GetProperty("KeysAge").ValueKind);
        release.SetResult(true);
        await app.Log.WaitForAsync(KeysApp.Fetched);

        app.Clock.Advance(TimeSpan.FromMinutes(5));
        var warm = await GetHealthAsync(app);
        Assert.AreEqual(200, warm.Status);
        Assert.AreEqual(app.Pool.UserPool.Name, warm.Pool.GetProperty("Name").GetString());
        Assert.AreEqual(app.Pool.UserPool.UserPoolId, warm.Pool.GetProperty("UserPoolId").GetString());
        Assert.AreEqual(2, warm.Pool.GetProperty("KeyCount").GetInt32());
        Assert.AreEqual("00:05:00", warm.Pool.GetProperty("KeysAge").GetString());
        Assert.IsTrue(warm.Pool.GetProperty("LastFetchSucceeded").GetBoolean());
        Assert.AreEqual(JsonValueKind.Null, warm.Pool.GetProperty("LastFailure").ValueKind);

        app.Server.OnRequest = MisbehavingServer.Status(500);
        app.Clock.Advance(TimeSpan.FromHours(24));
        await GetHealthAsync(app);
        await app.Log.WaitForAsync(KeysApp.FetchFailed);
        var stale = await GetHealthAsync(app);
        Assert.AreEqual(200, stale.Status, "The known keys stay in use.");
        Assert.IsFalse(stale.Pool.GetProperty("LastFetchSucceeded").GetBoolean());
        Assert.AreEqual("The answer has status 500, expected 200.", stale.Pool.GetProperty("LastFailure").GetString());

        app.Clock.Advance(TimeSpan.FromDays(7));
        Assert.AreEqual(503, (await GetHealthAsync(app)).Status);
        await app.Log.WaitForAsync(KeysApp.FetchFailed, 2);

        app.Server.OnRequest = app.ServeKeys;
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        await GetHealthAsync(app);
        await app.Log.WaitForAsync(KeysApp.Fetched, 2);
        Assert.AreEqual(200, (await GetHealthAsync(app)).Status);
        Assert.AreEqual(4, app.Fetches);
    }

    [TestMethod]
    public async Task Health_without_caching_reflects_the_last_fetch()
    {
        using var app = new KeysApp(options => options.Keys.CachingEnabled = false, AnswerHealthAsync);
        await GetHealthAsync(app);
        await app.Log.WaitForAsync(KeysApp.Fetched);

        Assert.AreEqual(200, (await GetHealthAsync(app)).Status);
        app.Server.OnRequest = MisbehavingServer.Status(500);
        Assert.AreEqual(503, (await app.GetAsync(app.Pool.IdToken(), "/health")).StatusCode);
    }

    [TestMethod]
    public async Task Health_without_UseCognitoJwt_throws_and_names_it()
    {
        using var host = OwinTestHost.Start(app => app.Run(AnswerHealthAsync));

        var e = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => host.GetAsync("/health"));

        StringAssert.Contains(e.Message, "app.UseCognitoJwt()");
    }

    private static Task AnswerHealthAsync(IOwinContext context)
    {
        var health = context.GetCognitoHealth();
        context.Response.StatusCode = health.IsUsable ? 200 : 503;
        return context.Response.WriteAsync(JsonSerializer.Serialize(health));
    }

    private static async Task<(int Status, JsonElement Pool)> GetHealthAsync(KeysApp app)
    {
        var response = await app.GetAnonymouslyAsync("/health");
        return (response.StatusCode, JsonDocument.Parse(response.Body).RootElement.GetProperty("Pools")[0]);
    }

    private static string? GetTag(MetricPoint point, string name)
    {
        foreach (var tag in point.Tags)
        {
            if (tag.Key == name)
            {
                return (string?)tag.Value;
            }
        }

        return null;
    }
}
