using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Keys;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Validation;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Owin;
using Microsoft.Owin.Logging;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Operations;

/// <summary>What the log says about requests whose token was refused.</summary>
[TestClass]
public sealed class RefusalLogTests : IDisposable
{
    private const int TokenRefused = 200;
    private const int RefusalsCounted = 205;

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordingLog _log = new();
    private readonly CognitoTestPool _pool;

    public RefusalLogTests()
    {
        _pool = new CognitoTestPool { TimeProvider = _clock };
        _pool.UserPool.Name = "staff";
    }

    [TestMethod]
    public async Task Refusal_names_reason_pool_client_path_and_trace()
    {
        using var host = Start();

        await host.SendAsync(Request("/notes/7?access_token=secret", _pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)), "a7"));

        Assert.AreEqual(
            "Refused: Expired; pool staff, client 1example23456789 (as the token says, not verified); GET /notes/7; trace a7",
            GetEntry(TokenRefused, TraceEventType.Information));
    }

    [TestMethod]
    public async Task Refusal_after_the_signature_is_not_marked_as_unverified()
    {
        using var host = Start(options => options.RequiredGroups = ["admins"]);

        await host.GetAsync("/notes", "Bearer " + _pool.IdToken());

        Assert.AreEqual("Refused: GroupMissing; pool staff, client 1example23456789; GET /notes", GetEntry(TokenRefused, TraceEventType.Information));
    }

    [TestMethod]
    public async Task Refusal_of_a_revoked_token_names_pool_and_client()
    {
        using var host = Start();
        string token = _pool.IdToken();
        var answer = await host.GetAsync("/", "Bearer " + token);
        await new OwinContext(answer.Environment).GetCognitoRevocations().RevokeUserAsync(
            _pool.UserPool.UserPoolId!, TokenReader.ReadSubject(token), _clock.GetUtcNow());

        await host.GetAsync("/", "Bearer " + token);

        Assert.AreEqual("Refused: Revoked; pool staff, client 1example23456789; GET /", GetEntry(TokenRefused, TraceEventType.Information));
    }

    [TestMethod]
    public async Task Trace_of_the_current_activity_is_logged()
    {
        using var host = Start();
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        await host.SendAsync(Request("/", "opaque", "a7"));

        StringAssert.EndsWith(GetEntry(TokenRefused, TraceEventType.Information), "; trace " + activity.TraceId.ToHexString());
    }

    [TestMethod]
    public async Task Trace_of_a_hierarchical_activity_is_cleaned()
    {
        using var host = Start();
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.Hierarchical).SetParentId("evil\r\nid\"").Start();

        await host.SendAsync(Request("/", "opaque"));

        StringAssert.EndsWith(GetEntry(TokenRefused, TraceEventType.Information), "; trace evil??id?");
    }

    [TestMethod]
    [DataRow("/confirm/eyJhbGciOiJIUzI1NiJ9.e30.x", "/confirm/…")]
    [DataRow("/a\r\nWarning: b", "/a??Warning: b")]
    public async Task Path_is_cleaned_and_shows_no_token(string path, string expected)
    {
        using var host = Start();

        await host.SendAsync(Request(path, "opaque"));

        Assert.AreEqual($"Refused: NotAJws; GET {expected}", GetEntry(TokenRefused, TraceEventType.Information));
    }

    [TestMethod]
    public async Task No_message_shows_a_token_or_its_claims()
    {
        using var host = Start();
        string[] tokens =
        [
            _pool.IdToken("alice-secret").WithClaim("email", "alice-secret@example.com").WithLifetime(TimeSpan.FromHours(-1)),
            _pool.IdToken("alice-secret").WithClaim("aud", "other-client"),
            "opaque-secret",
        ];

        foreach (var token in tokens)
        {
            await host.GetAsync("/?token=query-secret", "Bearer " + token);
        }

        foreach (var (_, _, text) in _log.Entries)
        {
            Assert.IsFalse(text.Contains("secret") || text.Contains("eyJ") || tokens.Any(text.Contains), text);
        }
    }

    [TestMethod]
    public async Task Flood_logs_ten_refusals_per_second_and_counts_the_rest()
    {
        using var host = Start();
        for (var i = 0; i < 50; i++)
        {
            await host.GetAsync("/", "Bearer opaque");
        }

        Assert.HasCount(10, _log.GetTexts(TokenRefused));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await host.GetAsync("/", "Bearer opaque");
        Assert.HasCount(11, _log.GetTexts(TokenRefused));
        Assert.AreEqual("Refused since 2026-03-01T12:00:00Z: NotAJws 1.", GetEntry(RefusalsCounted, TraceEventType.Warning));

        _clock.Advance(TimeSpan.FromSeconds(59));
        await host.GetAsync("/", "Bearer " + _pool.IdToken().WithLifetime(TimeSpan.FromHours(-1)));

        Assert.HasCount(2, _log.GetTexts(RefusalsCounted));
        Assert.AreEqual(
            "Refused since 2026-03-01T12:00:00Z: NotAJws 50; Expired 1. Not logged one by one: 40.", _log.GetTexts(RefusalsCounted)[1]);
    }

    [TestMethod]
    public async Task Last_refusals_are_counted_although_no_other_follows()
    {
        using var host = Start();
        for (var i = 0; i < 30; i++)
        {
            await host.GetAsync("/", "Bearer opaque");
        }

        _clock.Advance(TimeSpan.FromSeconds(61));
        _clock.Advance(TimeSpan.FromSeconds(120));

        Assert.HasCount(2, _log.GetTexts(RefusalsCounted));
        Assert.AreEqual("Refused since 2026-03-01T12:00:00Z: NotAJws 29. Not logged one by one: 20.", _log.GetTexts(RefusalsCounted)[1]);
        await host.GetAsync("/", "Bearer opaque");
        Assert.HasCount(3, _log.GetTexts(RefusalsCounted));
    }

    [TestMethod]
    public async Task Refusals_after_a_summary_are_counted_although_no_other_follows()
    {
        using var host = Start();
        foreach (var pause in new[] { 0, 30, 30, 0.5 })
        {
            _clock.Advance(TimeSpan.FromSeconds(pause));
            await host.GetAsync("/", "Bearer opaque");
        }

        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.HasCount(2, _log.GetTexts(RefusalsCounted));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.AreEqual("Refused since 2026-03-01T12:01:00Z: NotAJws 1.", _log.GetTexts(RefusalsCounted)[2]);
    }

    [TestMethod]
    public async Task Refusals_are_counted_when_the_application_ends()
    {
        using (var host = Start())
        {
            await host.GetAsync("/", "Bearer opaque");
            await host.GetAsync("/", "Bearer opaque");
        }

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.HasCount(2, _log.GetTexts(RefusalsCounted));
        StringAssert.Contains(_log.GetTexts(RefusalsCounted)[1], "NotAJws 1.");
    }

    [TestMethod]
    public async Task Refusals_after_the_end_of_the_application_are_answered()
    {
        using var pool = new CognitoTestPool();
        OwinTestHost host;
        using (host = ProtectedApp.Start(pool))
        {
            await host.GetAsync("/", "Bearer opaque");
        }

        // A host may send the last requests later, and the timer of the system is disposed.
        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual(401, (await host.GetAsync("/", "Bearer opaque")).StatusCode);
        }
    }

    [TestMethod]
    public async Task Missing_or_listed_audience_is_named_with_what_is_expected()
    {
        using var host = Start(options => options.RequireAudience = true);
        await host.GetAsync("/", "Bearer opaque");

        await host.GetAsync("/", "Bearer " + _pool.AccessToken());
        await host.GetAsync("/", "Bearer " + _pool.AccessToken().WithClaim("aud", new[] { "https://other.example.com" }));
        await host.GetAsync("/", "Bearer " + _pool.IdToken().WithoutClaim("iss"));
        await host.GetAsync("/", "Bearer " + _pool.IdToken().WithClaim("aud", new[] { "other" }));
        _clock.Advance(TimeSpan.FromMinutes(2));

        var summary = _log.GetTexts(RefusalsCounted)[1];
        StringAssert.Contains(
            summary,
            "ResourceNotAccepted 2 (no value instead of 1example23456789, \"[?https://other.example.com?]\" instead of 1example23456789)");
        StringAssert.Contains(summary, "UnknownIssuer 1 (no value instead of https://");
        StringAssert.Contains(summary, "AudienceNotAccepted 1 (\"[?other?]\" instead of 1example23456789)");
    }

    [TestMethod]
    public async Task Wrong_issuer_and_client_are_named_with_what_is_expected()
    {
        using var host = Start();
        await host.GetAsync("/", "Bearer opaque");

        await host.GetAsync("/", "Bearer " + _pool.IdToken().FromIssuer("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_\"Other\n"));
        for (var i = 0; i < 5; i++)
        {
            await host.GetAsync("/", "Bearer " + _pool.AccessToken().WithClaim("client_id", "client" + i));
        }

        await host.GetAsync("/", "Bearer " + _pool.AccessToken().WithClaim("aud", "https://other.example.com"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        await host.GetAsync("/", "Bearer " + _pool.IdToken().WithClaim("aud", new string('x', 200)));

        var issuers = string.Join(" or ", _pool.UserPool.Issuers);
        var summary = _log.GetTexts(RefusalsCounted)[1];
        StringAssert.Contains(
            summary, $"UnknownIssuer 1 (\"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_?Other?\" instead of {issuers})");
        StringAssert.Contains(
            summary,
            "ClientIdNotAccepted 5 (\"client0\" instead of 1example23456789, \"client1\" instead of 1example23456789, "
            + "\"client2\" instead of 1example23456789)");
        StringAssert.Contains(summary, "ResourceNotAccepted 1 (\"https://other.example.com\" instead of 1example23456789)");
        StringAssert.Contains(summary, $"AudienceNotAccepted 1 (\"{new string('x', 100)}\" instead of 1example23456789)");
    }

    [TestMethod]
    public async Task Ten_thousand_invented_issuers_leave_three_examples()
    {
        using var host = Start();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < 2500; i++)
            {
                await host.GetAsync("/", "Bearer e30.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tLzEifQ.x");
            }
        })));
        for (var i = 0; i < 100; i++)
        {
            await host.GetAsync("/", "Bearer " + _pool.IdToken().FromIssuer($"https://{i}.example.com/pool"));
        }

        _clock.Advance(TimeSpan.FromMinutes(1));
        await host.GetAsync("/", "Bearer opaque");

        var summary = _log.GetTexts(RefusalsCounted)[1];
        Assert.IsTrue(_log.GetTexts(TokenRefused).Count <= 11, "Ten in the first second, and the last.");
        Assert.AreEqual(3, summary.Split(["instead of"], StringSplitOptions.None).Length - 1, summary);
        Assert.AreEqual(10_101, CountAll(), "Every refusal is counted once.");

        int CountAll() => _log.GetTexts(RefusalsCounted)
            .SelectMany(static text => Regex.Matches(text, @"[A-Z]\w+ (?<count>\d+)[ ;.]").Cast<Match>())
            .Sum(static match => int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));
    }

    [TestMethod]
    [DataRow(ForeignTokenHandling.Ignore, "/open", 0)]
    [DataRow(ForeignTokenHandling.Ignore, "/", 1)]
    [DataRow(ForeignTokenHandling.Refuse, "/open", 1)]
    [DataRow(ForeignTokenHandling.Refuse, "/", 1)]
    public async Task Foreign_token_that_is_ignored_is_logged_only_with_a_401(ForeignTokenHandling handling, string path, int expected)
    {
        using var host = Start(options => options.ForeignTokens = handling);

        await host.GetAsync(path, "Bearer opaque");

        Assert.HasCount(expected, _log.GetTexts(TokenRefused));
        Assert.HasCount(expected, _log.GetTexts(RefusalsCounted));
    }

    [TestMethod]
    public async Task Two_middlewares_share_the_limit()
    {
        using var other = new CognitoTestPool { TimeProvider = _clock };
        using var host = OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(_log);
            app.UseCognitoJwt(_pool.Configure).UseCognitoJwt(other.Configure).Run(ProtectedApp.AnswerAsync);
        });

        for (var i = 0; i < 10; i++)
        {
            await host.GetAsync("/", "Bearer opaque");
        }

        Assert.HasCount(10, _log.GetTexts(TokenRefused));
    }

    public void Dispose() => _pool.Dispose();

    private static OwinTestRequest Request(string path, string token, string? requestId = null) =>
        new("GET", path) { Authorization = "Bearer " + token, RequestId = requestId };

    private OwinTestHost Start(Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        OwinTestHost.Start(app =>
        {
            app.SetLoggerFactory(_log);
            app.UseCognitoJwt(options =>
            {
                _pool.Configure(options);
                configure?.Invoke(options);
            });
            app.Run(ProtectedApp.AnswerAsync);
        });

    private string GetEntry(int eventId, TraceEventType level)
    {
        var entry = _log.Entries.Single(entry => entry.EventId == eventId);
        Assert.AreEqual(level, entry.Level);
        return entry.Text;
    }
}
