using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Validation;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Owin;

namespace CognitoOwin.Tests.Operations;

[TestClass]
[DoNotParallelize]
public sealed class RequestMetricsTests
{
    private long _measurements;

    [TestMethod]
    public async Task Requests_are_counted_by_outcome_reason_pool_and_kind()
    {
        var exported = new List<MetricSnapshot>();
        using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter(CognitoMeter.Name).AddInMemoryExporter(exported).Build();
        using var pool = new CognitoTestPool();
        pool.UserPool.Name = "requests-" + Guid.NewGuid();
        using var host = ProtectedApp.Start(pool);
        string token = pool.IdToken();

        await host.GetAsync("/", "Bearer " + token);
        await host.GetAsync("/", "Bearer " + token);
        await host.GetAsync("/", "Bearer " + pool.AccessToken());
        await host.GetAsync("/", "Bearer " + pool.AccessToken().WithLifetime(TimeSpan.FromHours(-1)));
        await host.GetAsync("/", "Bearer " + pool.IdToken().WithClaim("token_use", "evil"));
        pool.RotateKeys();
        pool.FailJwks();
        await host.GetAsync("/", "Bearer " + pool.IdToken());
        metrics.ForceFlush();

        CollectionAssert.AreEquivalent(
            new[]
            {
                "accepted  id: 2", "accepted  access: 1", "refused Expired access: 1", "refused UnknownTokenUse : 1", "unavailable KeysUnavailable id: 1",
            },
            Describe(exported, pool.UserPool.Name));
    }

    [TestMethod]
    [DataRow("/open", "foreign  : ")]
    [DataRow("/", "refused UnknownIssuer : ")]
    public async Task Token_for_another_middleware_is_counted_as_refused_only_with_a_401(string path, string expected)
    {
        var exported = new List<MetricSnapshot>();
        using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter(CognitoMeter.Name).AddInMemoryExporter(exported).Build();
        using var pool = new CognitoTestPool();
        using var other = new CognitoTestPool();
        using var host = OwinTestHost.Start(app => app
            .UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.ForeignTokens = ForeignTokenHandling.Ignore;
            })
            .Run(ProtectedApp.AnswerAsync));

        await host.GetAsync(path, "Bearer " + other.IdToken());
        metrics.ForceFlush();

        CollectionAssert.AreEqual(new[] { expected + "1" }, Describe(exported, null));
    }

    [TestMethod]
    public async Task Resolved_pools_share_a_label_and_unknown_ones_have_none()
    {
        var exported = new List<MetricSnapshot>();
        using var app = new ResolverApp();
        var tenant = app.AddTenant();
        using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter(CognitoMeter.Name).AddInMemoryExporter(exported).Build();

        await app.GetAsync(app.Token(tenant));
        using var unknown = new CognitoTestPool();
        await app.GetAsync(app.Token(unknown));
        await app.GetAnonymouslyAsync("/");
        metrics.ForceFlush();

        CollectionAssert.IsSubsetOf(new[] { "accepted  id: 1" }, Describe(exported, "_resolved"));
        var others = Describe(exported, null);
        Assert.IsTrue(others.Any(line => line.StartsWith("refused UnknownIssuer : ", StringComparison.Ordinal)), string.Join("\n", others));
        Assert.IsTrue(others.Any(line => line.StartsWith("no_token  : ", StringComparison.Ordinal)), string.Join("\n", others));
        Assert.AreEqual(0, Describe(exported, unknown.UserPool.Name).Count);
    }

    [TestMethod]
    public async Task Listener_adds_no_allocation_to_a_request_with_a_remembered_token()
    {
        using var pool = new CognitoTestPool();
        using var host = OwinTestHost.Start(app => app.UseCognitoJwt(pool.Configure).Run(context =>
        {
            // A body would be written on another thread.
            context.Response.StatusCode = context.Authentication.User == null ? 401 : 200;
            return Task.CompletedTask;
        }));
        var authorization = "Bearer " + pool.IdToken();
        await host.GetAsync("/", authorization);
        Send(100);
        var without = Measure();
        var count = Interlocked.Read(ref _measurements);
        Assert.AreEqual(0, count);

        using var listener = new MeterListener { InstrumentPublished = Enable };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => Interlocked.Increment(ref _measurements));
        listener.Start();
        Send(100);
        var with = Measure();

        Assert.IsTrue(Interlocked.Read(ref _measurements) >= 2 * 1100, "Each request is counted, and so is its hit in the cache.");
        Assert.IsTrue(with - without < 1000, $"{with} bytes with a listener, {without} without, for 1,000 requests");

        long Measure()
        {
            var before = GetAllocatedBytes();
            Send(1000);
            return GetAllocatedBytes() - before;
        }

        void Send(int requests)
        {
            for (var i = 0; i < requests; i++)
            {
                var answer = host.GetAsync("/", authorization);
                Assert.IsTrue(answer.IsCompleted, "The whole request runs on this thread, so that its allocations are counted.");
                Assert.AreEqual(200, answer.GetAwaiter().GetResult().StatusCode);
            }
        }
    }

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == CognitoMeter.Name)
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    // net472's reference assembly lacks the method; .NET Framework 4.8 and Mono have it.
    private static long GetAllocatedBytes() =>
        (long)typeof(GC).GetMethod("GetAllocatedBytesForCurrentThread")!.Invoke(null, null)!;

    private static List<string> Describe(List<MetricSnapshot> exported, string? pool) =>
    [
        .. exported.Last(metric => metric.Name == "cognito_owin.requests").MetricPoints
            .Where(point => Equals(GetTag(point, "cognito_owin.user_pool"), pool))
            .Select(point => $"{GetTag(point, "cognito_owin.outcome")} {GetTag(point, "error.type")} {GetTag(point, "cognito_owin.token_use")}: {point.GetSumLong()}"),
    ];

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
