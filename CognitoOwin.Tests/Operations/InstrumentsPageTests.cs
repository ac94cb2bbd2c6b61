using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.IO;
using System.Linq;
using System.Net;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Repository;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Revocations;
using CognitoOwin.Tests.Validation;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Operations;

/// <summary>The table of instruments in docs/operations.md, against what the library measures.</summary>
[TestClass]
public sealed class InstrumentsPageTests
{
    private readonly ConcurrentDictionary<string, Instrument> _instruments = new();
    private readonly ConcurrentDictionary<(string Instrument, string Tag), bool> _tags = new();

    [TestMethod]
    public async Task Page_lists_every_instrument_with_kind_unit_and_attributes()
    {
        using var listener = Listen();

        await UseEveryInstrumentAsync(listener);

        var measured = _instruments.Values
            .Select(instrument => $"{instrument.Name} {GetKind(instrument)} {instrument.Unit} " + string.Join(
                ",", _tags.Keys.Where(pair => pair.Instrument == instrument.Name).Select(pair => pair.Tag).OrderBy(tag => tag, StringComparer.Ordinal)))
            .OrderBy(line => line, StringComparer.Ordinal);
        var rows = Regex.Matches(
            File.ReadAllText(RepositoryFiles.PathOf("docs/operations.md")),
            @"^\| `(?<name>cognito_owin\.[\w.]+)` \| (?<kind>[\w -]+) \| `(?<unit>[^`]+)` \| (?<tags>[^|]*)\|",
            RegexOptions.Multiline);
        var listed = rows.Cast<Match>()
            .Select(row => $"{row.Groups["name"].Value} {row.Groups["kind"].Value} {row.Groups["unit"].Value} " + string.Join(
                ",", Regex.Matches(row.Groups["tags"].Value, "`([^`]+)`").Cast<Match>().Select(tag => tag.Groups[1].Value).OrderBy(tag => tag, StringComparer.Ordinal)))
            .OrderBy(line => line, StringComparer.Ordinal);

        Assert.AreEqual(string.Join("\n", measured), string.Join("\n", listed));
    }

    private static string GetKind(Instrument instrument) => Regex.Replace(instrument.GetType().Name, "`.*", "") switch
    {
        "Counter" => "counter",
        "Histogram" => "histogram",
        "ObservableUpDownCounter" => "up-down counter",
        "ObservableGauge" => "gauge",
        var other => other,
    };

    private MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == CognitoMeter.Name)
                {
                    _instruments[instrument.Name] = instrument;
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => AddTags(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => AddTags(instrument, tags));
        listener.Start();
        return listener;

        void AddTags(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                _tags[(instrument.Name, tag.Key)] = true;
            }
        }
    }

    private static async Task UseEveryInstrumentAsync(MeterListener listener)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var pool = new CognitoTestPool { TimeProvider = clock };
        using var host = OwinTestHost.Start(app =>
        {
            app.UseCognitoJwt(options =>
            {
                pool.Configure(options);
                options.TokenCache.MaximumEntries = 1;
                options.UserInfo = CognitoUserInfo.GetUser;
                options.UserInfoHttpMessageHandler = pool.JwksEndpoint;
                options.Provider.OnProvisionUser = context =>
                    context.Username == "failing" ? throw new InvalidOperationException("no") : Task.FromResult(0);
            });
            app.Run(ProtectedApp.AnswerAsync);
        });
        string token = pool.IdToken();
        var answer = await GetAsync(token);
        await GetAsync(token);
        await GetAsync(pool.IdToken("bob"));
        await GetAsync(pool.IdToken("failing"));
        await GetAsync(pool.AccessToken().WithScopes("aws.cognito.signin.user.admin"));
        await GetAsync(pool.IdToken().WithHeader("kid", "invented"));
        await GetAsync(pool.IdToken().WithHeader("kid", "invented"));
        await new OwinContext(answer.Environment).GetCognitoRevocations().RevokeUserAsync(
            pool.UserPool.UserPoolId!, TokenReader.ReadSubject(token), clock.GetUtcNow());
        await GetAsync(token);
        using var farm = new StoreFarm();
        var store = farm.Store.Connect();
        await farm.StartReadyAsync(store);
        store.Receive(CognitoRevocationStoreEvent.MessageIgnored);
        pool.FailJwks(HttpStatusCode.InternalServerError);
        clock.Advance(TimeSpan.FromMinutes(1));
        await GetAsync(pool.IdToken().WithHeader("kid", "invented"));
        listener.RecordObservableInstruments();

        Task<OwinTestResponse> GetAsync(string text) => host.GetAsync("/", "Bearer " + text);
    }
}
