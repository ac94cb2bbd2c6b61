using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Diagnostics;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Validation;
using Microsoft.Extensions.Time.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Provisioning;

/// <summary>Tokens that Cognito is asked about again, because its last answer is old. The age is 60 seconds.</summary>
[TestClass]
public sealed class UserInfoMaxAgeTests : IDisposable
{
    private const string NotActive = "error=\"invalid_token\", error_description=\"The token was revoked, or its user is not active.\"";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeGetUser _cognito = new();
    private readonly CognitoTestPool _pool;
    private readonly List<CognitoProvisionUserContext> _seen = [];

    public UserInfoMaxAgeTests() => _pool = new CognitoTestPool { TimeProvider = _time };

    [TestMethod]
    [DataRow(CognitoProvisioning.OncePerToken, true, 1)]
    [DataRow(CognitoProvisioning.EveryRequest, true, 2)]
    [DataRow(CognitoProvisioning.OncePerToken, false, 0)]
    [DataRow(CognitoProvisioning.EveryRequest, false, 0)]
    public async Task Sign_out_is_seen_when_the_answer_is_older_than_the_age(CognitoProvisioning frequency, bool hasHandler, int runs)
    {
        using var host = Start(options =>
        {
            options.Provisioning = frequency;
            options.Provider = hasHandler ? options.Provider : new CognitoJwtAuthenticationProvider();
        });
        string token = _pool.AccessToken();
        Assert.AreEqual(200, await GetAsync(host, token));
        _cognito.Always(FakeGetUser.Revoked);

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.AreEqual(200, await GetAsync(host, token));
        Assert.AreEqual(1, _cognito.Calls);

        _time.Advance(TimeSpan.FromSeconds(31));
        var answer = await host.GetAsync("/", "Bearer " + token);
        Assert.AreEqual(401, answer.StatusCode);
        StringAssert.EndsWith(answer.Header("WWW-Authenticate"), NotActive);
        Assert.AreEqual(2, _cognito.Calls);
        Assert.HasCount(runs, _seen);
    }

    [TestMethod]
    [DataRow(CognitoProvisioning.OncePerToken)]
    [DataRow(CognitoProvisioning.EveryRequest)]
    public async Task Answer_of_half_the_age_is_renewed_while_requests_go_on(CognitoProvisioning frequency)
    {
        using var host = Start(options => options.Provisioning = frequency);
        string token = _pool.AccessToken();
        string other = _pool.AccessToken().WithClaim("jti", "another");
        await GetAsync(host, token);
        await GetAsync(host, other);
        _time.Advance(TimeSpan.FromSeconds(30));
        var released = _cognito.Hold(_ => FakeGetUser.Revoked());

        for (var i = 0; i < 10; i++)
        {
            Assert.AreEqual(200, await GetAsync(host, token), "A request does not wait for the renewal.");
        }

        await _cognito.Started.WaitForAsync(3);
        Assert.AreEqual(3, _cognito.Calls);
        released.SetResult(true);
        await WaitForStatusAsync(host, token, 401);

        Assert.AreEqual(3, _cognito.Calls);
        _cognito.ConfirmAll();
        Assert.AreEqual(200, await GetAsync(host, other), "Another sign-in of the same user is asked about itself.");
    }

    [TestMethod]
    public async Task Renewal_makes_the_answer_young_again()
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        for (var calls = 2; calls <= 10; calls++)
        {
            _time.Advance(TimeSpan.FromSeconds(35));
            await PollAsync(async () => await GetAsync(host, token) == 200 && _cognito.Calls == calls);
        }

        Assert.HasCount(1, _seen, "The handler runs once per token.");
    }

    [TestMethod]
    public async Task Requests_beyond_the_age_share_one_call()
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _time.Advance(TimeSpan.FromSeconds(60));
        var released = _cognito.Hold(token => FakeGetUser.Confirm(token));

        var requests = Enumerable.Range(0, 50).Select(_ => GetAsync(host, token)).ToList();
        await _cognito.Started.WaitForAsync(2);
        Assert.IsFalse(requests.Any(request => request.IsCompleted));
        released.SetResult(true);

        Assert.IsTrue((await Task.WhenAll(requests)).All(status => status == 200));
        Assert.AreEqual(2, _cognito.Calls);
        Assert.HasCount(1, _seen);
    }

    [TestMethod]
    [DataRow(400, "{\"__type\":\"TooManyRequestsException\"}")]
    [DataRow(400, "{\"__type\":\"ThrottlingException\"}")]
    [DataRow(400, "{\"__type\":\"LimitExceededException\"}")]
    [DataRow(400, "{\"__type\":\"ResourceNotFoundException\"}")]
    [DataRow(403, "{\"__type\":\"ForbiddenException\"}")]
    [DataRow(429, "")]
    [DataRow(500, "{\"__type\":\"InternalErrorException\"}")]
    [DataRow(503, "<html>")]
    [DataRow(200, "garbage")]
    [DataRow(0, "no connection")]
    public async Task Failure_keeps_the_answer_up_to_twice_the_age(int status, string body)
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _cognito.Always(() => status == 0 ? throw new HttpRequestException(body) : FakeGetUser.Create(status, body));

        foreach (var seconds in new[] { 60, 10, 10, 10, 10, 10, 9 })
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.AreEqual(200, await GetAsync(host, token));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        var answer = await host.GetAsync("/", "Bearer " + token);
        Assert.AreEqual(503, answer.StatusCode);
        Assert.IsNull(answer.Header("WWW-Authenticate"));
        Assert.AreEqual("10", answer.Header("Retry-After"));

        _cognito.ConfirmAll();
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await GetAsync(host, token));
        Assert.HasCount(1, _seen);
    }

    [TestMethod]
    public async Task Pool_that_hangs_keeps_the_answer_up_to_twice_the_age()
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _cognito.Hold(token => FakeGetUser.Confirm(token));

        _time.Advance(TimeSpan.FromSeconds(110));
        var request = GetAsync(host, token);
        await _cognito.Started.WaitForAsync(2);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.AreEqual(200, await request, "The answer is 115 seconds old.");

        _time.Advance(TimeSpan.FromSeconds(10));
        request = GetAsync(host, token);
        await _cognito.Started.WaitForAsync(3);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.AreEqual(503, await request);
    }

    [TestMethod]
    public async Task Answer_that_is_too_old_when_the_call_fails_is_not_used()
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _cognito.Hold(token => FakeGetUser.Confirm(token));

        _time.Advance(TimeSpan.FromSeconds(119));
        var request = GetAsync(host, token);
        await _cognito.Started.WaitForAsync(2);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.AreEqual(503, await request);
    }

    [TestMethod]
    [DataRow(null, 9, "1")]
    [DataRow(7, 6, "1")]
    [DataRow(86400, 299, "1")]
    public async Task Failed_call_is_not_repeated_before_its_time(int? retryAfter, int wait, string left)
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _cognito.Always(() =>
        {
            var answer = FakeGetUser.Create(429, "");
            if (retryAfter is { } seconds)
            {
                answer.Headers.Add("Retry-After", $"{seconds}");
            }

            return answer;
        });
        _time.Advance(TimeSpan.FromSeconds(120));

        for (var i = 0; i < 50; i++)
        {
            Assert.AreEqual(503, await GetAsync(host, token));
        }

        Assert.AreEqual(2, _cognito.Calls);
        _time.Advance(TimeSpan.FromSeconds(wait));
        Assert.AreEqual(left, (await host.GetAsync("/", "Bearer " + token)).Header("Retry-After"));
        Assert.AreEqual(2, _cognito.Calls);
        _time.Advance(TimeSpan.FromSeconds(1));
        await GetAsync(host, token);
        Assert.AreEqual(3, _cognito.Calls);
    }

    [TestMethod]
    public async Task Failed_renewal_in_the_background_is_repeated_after_a_wait()
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        var released = _cognito.Hold(_ => FakeGetUser.Create(503, ""));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.AreEqual(200, await GetAsync(host, token));
        await _cognito.Started.WaitForAsync(2);

        // The renewal still runs at the age, so a request waits for it.
        _time.Advance(TimeSpan.FromSeconds(30));
        var waiting = GetAsync(host, token);
        released.SetResult(true);
        Assert.AreEqual(200, await waiting);

        _time.Advance(TimeSpan.FromSeconds(9));
        for (var i = 0; i < 50; i++)
        {
            Assert.AreEqual(200, await GetAsync(host, token));
        }

        Assert.AreEqual(2, _cognito.Calls);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, await GetAsync(host, token));
        Assert.AreEqual(3, _cognito.Calls);
    }

    [TestMethod]
    public async Task Refusal_counts_at_once_during_an_outage()
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _cognito.Always(() => FakeGetUser.Create(500, ""));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.AreEqual(200, await GetAsync(host, token));

        _cognito.Always(FakeGetUser.Revoked);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(401, await GetAsync(host, token));
        _cognito.Always(() => FakeGetUser.Create(500, ""));
        Assert.AreEqual(401, await GetAsync(host, token), "The user was confirmed 70 seconds ago, and then refused.");
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(503, await GetAsync(host, token));
        Assert.AreEqual(401, await GetAsync(host, token));
    }

    [TestMethod]
    public async Task Refused_token_is_asked_about_again_after_ten_seconds()
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _cognito.Always(FakeGetUser.Revoked);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.AreEqual(401, await GetAsync(host, token));

        _cognito.ConfirmAll();
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.AreEqual(401, await GetAsync(host, token));
        Assert.AreEqual(2, _cognito.Calls);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.AreEqual(200, await GetAsync(host, token), "An administrator has enabled the user again.");
        Assert.HasCount(1, _seen);
    }

    [TestMethod]
    public async Task Profile_of_another_user_at_a_renewal_gets_401()
    {
        using var host = Start();
        string token = _pool.AccessToken("alice");
        var bob = GetSubject("bob");
        await GetAsync(host, token);
        _cognito.Always(() => FakeGetUser.CreateProfile(bob));
        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.AreEqual(401, await GetAsync(host, token));
    }

    [TestMethod]
    public async Task EveryRequest_gets_the_attributes_of_the_last_answer()
    {
        using var host = Start(options => options.Provisioning = CognitoProvisioning.EveryRequest);
        string token = _pool.AccessToken();
        _cognito.OnCall = _ => Task.FromResult(FakeGetUser.Confirm(token, ("email", "old@example.com")));
        await GetAsync(host, token);
        _cognito.OnCall = _ => Task.FromResult(FakeGetUser.Confirm(token, ("email", "new@example.com")));
        await GetAsync(host, token);
        _time.Advance(TimeSpan.FromSeconds(60));
        await GetAsync(host, token);
        await GetAsync(host, token);

        CollectionAssert.AreEqual(
            new[] { "old@example.com", "old@example.com", "new@example.com", "new@example.com" }, _seen.Select(user => user.Email).ToArray());
        Assert.AreEqual(2, _cognito.Calls);
    }

    [TestMethod]
    public async Task OncePerToken_does_not_run_the_handler_for_new_attributes()
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _cognito.OnCall = _ => Task.FromResult(FakeGetUser.Confirm(token, ("email", "new@example.com")));
        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.AreEqual(200, await GetAsync(host, token));
        Assert.IsNull(_seen.Single().Email);
    }

    [TestMethod]
    public async Task Rejection_by_the_handler_makes_other_tokens_meet_it_with_a_profile()
    {
        var isClosed = false;
        using var host = Start(options => options.Provider.OnProvisionUser = context =>
        {
            _seen.Add(context);
            if (isClosed)
            {
                context.Reject("This account is closed.");
            }

            return Task.CompletedTask;
        });
        string token = _pool.AccessToken();
        _cognito.OnCall = asked => Task.FromResult(FakeGetUser.Confirm(asked, ("email", "alice@example.com")));
        await GetAsync(host, token);
        isClosed = true;
        await GetAsync(host, _pool.AccessToken().WithClaim("jti", "another"));

        Assert.AreEqual(401, await GetAsync(host, token));
        Assert.HasCount(3, _seen);
        Assert.IsTrue(_seen.All(user => user.Email == "alice@example.com"));
    }

    [TestMethod]
    public async Task Rejection_during_a_failing_call_is_not_bypassed_by_the_last_answer()
    {
        string token = _pool.AccessToken();
        using var host = Start(options => options.Provider.OnProvisionUser = context =>
        {
            _seen.Add(context);
            if (context.RawToken != token)
            {
                context.Reject("This account is closed.");
            }

            return Task.CompletedTask;
        });
        await GetAsync(host, token);
        _time.Advance(TimeSpan.FromSeconds(60));
        var released = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _cognito.OnCall = async asked =>
        {
            if (asked != token)
            {
                return FakeGetUser.Confirm(asked);
            }

            await released.Task;
            return FakeGetUser.Create(400, "{\"__type\":\"InvalidParameterException\"}");
        };
        var request = GetAsync(host, token);
        await _cognito.Started.WaitForAsync(2);
        Assert.AreEqual(401, await GetAsync(host, _pool.AccessToken().WithClaim("jti", "another")));
        released.SetResult(true);

        Assert.AreEqual(503, await request, "The handler must run again, and its profile cannot be read.");
        Assert.HasCount(2, _seen);
    }

    [TestMethod]
    public async Task Call_starts_where_the_flow_of_the_context_is_suppressed()
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _time.Advance(TimeSpan.FromSeconds(60));
        Task<int> request;
        using (ExecutionContext.SuppressFlow())
        {
            request = GetAsync(host, token);
        }

        Assert.AreEqual(200, await request);
        Assert.AreEqual(2, _cognito.Calls);
    }

    [TestMethod]
    public async Task Outage_of_a_pool_is_found_by_one_call_a_second()
    {
        using var host = Start();
        var tokens = await SeeUsersAsync(host, 100);
        _cognito.Always(() => FakeGetUser.Create(400, "{\"__type\":\"TooManyRequestsException\"}"));
        _time.Advance(TimeSpan.FromSeconds(60));

        for (var second = 1; second <= 5; second++)
        {
            foreach (var token in tokens)
            {
                Assert.AreEqual(200, await GetAsync(host, token));
            }

            Assert.AreEqual(100 + second, _cognito.Calls);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _cognito.ConfirmAll();
        await GetAllAsync(host, tokens);
        await GetAllAsync(host, tokens);
        Assert.AreEqual(105 + 95, _cognito.Calls, "Five tokens still wait for the end of their own ten seconds.");
    }

    [TestMethod]
    public async Task Outage_of_a_pool_pauses_renewals_in_the_background()
    {
        using var host = Start();
        string old = _pool.AccessToken("alice");
        string younger = _pool.AccessToken("bob");
        await GetAsync(host, old);
        _time.Advance(TimeSpan.FromSeconds(30));
        await GetAsync(host, younger);
        _cognito.Always(() => FakeGetUser.Create(500, ""));
        _time.Advance(TimeSpan.FromSeconds(30));
        await GetAsync(host, old);

        for (var i = 0; i < 20; i++)
        {
            Assert.AreEqual(200, await GetAsync(host, younger));
        }

        Assert.AreEqual(3, _cognito.Calls);
        _cognito.Always(FakeGetUser.Revoked);
        _time.Advance(TimeSpan.FromSeconds(1));
        await WaitForStatusAsync(host, younger, 401);
    }

    [TestMethod]
    public async Task Requests_do_not_wait_while_the_pool_hangs()
    {
        using var host = Start();
        var tokens = await SeeUsersAsync(host, 20);
        _cognito.Hold(FakeConfirm);
        _time.Advance(TimeSpan.FromSeconds(60));
        var first = GetAsync(host, tokens[0]);
        await _cognito.Started.WaitForAsync(21);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.AreEqual(200, await first);

        _time.Advance(TimeSpan.FromSeconds(1));
        var probe = GetAsync(host, tokens[1]);
        await _cognito.Started.WaitForAsync(22);
        Assert.IsFalse(probe.IsCompleted);
        for (var i = 2; i < 20; i++)
        {
            Assert.AreEqual(200, await GetAsync(host, tokens[i]));
        }

        Assert.AreEqual(22, _cognito.Calls);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.AreEqual(200, await probe);
    }

    [TestMethod]
    [DataRow(200, "garbage")]
    [DataRow(400, "{\"__type\":\"InvalidParameterException\"}")]
    public async Task Answer_about_one_token_does_not_pause_the_others(int status, string body)
    {
        using var host = Start();
        var tokens = await SeeUsersAsync(host, 2);
        _cognito.OnCall = token =>
            Task.FromResult(token == tokens[0] ? FakeGetUser.Create(status, body) : FakeGetUser.Revoked());
        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.AreEqual(200, await GetAsync(host, tokens[0]));
        Assert.AreEqual(401, await GetAsync(host, tokens[1]));
    }

    [TestMethod]
    public async Task Profile_that_is_too_large_does_not_pause_the_others()
    {
        using var host = Start();
        var tokens = await SeeUsersAsync(host, 2);
        _cognito.OnCall = token => Task.FromResult(
            token == tokens[0] ? FakeGetUser.Confirm(token, ("custom:long", new string('x', 70_000))) : FakeGetUser.Revoked());
        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.AreEqual(200, await GetAsync(host, tokens[0]));
        Assert.AreEqual(401, await GetAsync(host, tokens[1]));
    }

    [TestMethod]
    public async Task Outage_of_one_pool_does_not_pause_another()
    {
        using var second = new CognitoTestPool { TimeProvider = _time };
        using var host = Start(options => options.UserPools.Add(second.UserPool), second);
        string token = _pool.AccessToken();
        string other = second.AccessToken();
        await GetAsync(host, token);
        await GetAsync(host, other);
        _cognito.OnCall = asked => Task.FromResult(asked == token ? FakeGetUser.Create(500, "") : FakeGetUser.Revoked());
        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.AreEqual(200, await GetAsync(host, token));
        Assert.AreEqual(401, await GetAsync(host, other));
    }

    [TestMethod]
    public async Task A_thousand_tokens_at_half_the_age_start_ten_calls_at_once()
    {
        using var host = Start();
        var tokens = await SeeUsersAsync(host, 1_000);
        var released = _cognito.Hold(FakeConfirm);
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.IsTrue((await GetAllAsync(host, tokens)).All(status => status == 200));
        await _cognito.Started.WaitForAsync(1_010);
        Assert.AreEqual(1_010, _cognito.Calls);
        Assert.AreEqual(10, _cognito.MaximumInFlight);

        released.SetResult(true);
        await PollAsync(async () => (await GetAllAsync(host, tokens)).All(status => status == 200) && _cognito.Calls == 2_000);
        await GetAllAsync(host, tokens);
        Assert.AreEqual(2_000, _cognito.Calls, "Each token was renewed once.");
        Assert.IsTrue(_cognito.MaximumInFlight <= 10);
    }

    [TestMethod]
    public async Task A_thousand_tokens_beyond_the_age_start_as_many_calls_as_may_wait()
    {
        using var host = Start();
        var tokens = await SeeUsersAsync(host, 1_000);
        _cognito.Hold(FakeConfirm);

        // The first hundred wait. The answer for the others is still usable.
        _time.Advance(TimeSpan.FromSeconds(60));
        var requests = tokens.Select(token => GetAsync(host, token)).ToList();
        await _cognito.Started.WaitForAsync(1_100);
        var others = await WhenAnyCompletedAsync(requests, 900);
        Assert.IsTrue(others.All(status => status == 200));
        Assert.AreEqual(1_100, _cognito.Calls);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.IsTrue((await Task.WhenAll(requests)).All(status => status == 200));

        // Now no answer is usable.
        _time.Advance(TimeSpan.FromSeconds(60));
        requests = tokens.Select(token => GetAsync(host, token)).ToList();
        await _cognito.Started.WaitForAsync(1_200);
        others = await WhenAnyCompletedAsync(requests, 900);
        Assert.IsTrue(others.All(status => status == 503));
        Assert.AreEqual(1_200, _cognito.Calls);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.IsTrue((await Task.WhenAll(requests)).All(status => status == 503));
    }

    [TestMethod]
    public async Task Client_that_hangs_up_does_not_end_the_shared_call()
    {
        using var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _time.Advance(TimeSpan.FromSeconds(60));
        var released = _cognito.Hold(FakeConfirm);
        using var disconnect = new CancellationTokenSource();
        var starter = host.SendAsync(CreateRequest(token, disconnect.Token));
        await _cognito.Started.WaitForAsync(2);
        var follower = host.SendAsync(CreateRequest(token, disconnect.Token));
        var patient = GetAsync(host, token);

        disconnect.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => follower);
        Assert.IsFalse(starter.IsCompleted, "It counts as a request that waits, so that calls without clients are limited too.");
        released.SetResult(true);

        Assert.AreEqual(200, await patient);
        Assert.AreEqual(200, (await starter).StatusCode);
        Assert.AreEqual(2, _cognito.Calls);
    }

    [TestMethod]
    public async Task Call_that_runs_when_the_application_ends_gets_503()
    {
        var host = Start();
        string token = _pool.AccessToken();
        await GetAsync(host, token);
        _time.Advance(TimeSpan.FromSeconds(120));
        _cognito.Hold(FakeConfirm);
        var request = GetAsync(host, token);
        await _cognito.Started.WaitForAsync(2);

        host.Dispose();

        Assert.AreEqual(503, await request);
    }

    [TestMethod]
    public async Task Request_with_a_fresh_answer_reads_the_clock_once_more()
    {
        var reads = new List<int>();
        foreach (var age in new[] { (TimeSpan?)null, TimeSpan.FromSeconds(60) })
        {
            var clock = new CountingTimeProvider(_time.GetUtcNow());
            using var host = Start(options =>
            {
                options.UserInfoMaxAge = age;
                options.TimeProvider = clock;
            });
            string token = _pool.AccessToken();
            await GetAsync(host, token);
            await GetAsync(host, token);
            clock.Reads = 0;
            await GetAsync(host, token);
            reads.Add(clock.Reads);
        }

        Assert.AreEqual(reads[0] + 1, reads[1]);
    }

    [TestMethod]
    public async Task Client_credentials_and_tokens_without_the_scope_are_not_asked_about()
    {
        using var host = Start();
        string machine = _pool.ClientCredentialsToken("notes/read");
        string lacking = _pool.AccessToken().WithScopes("notes/read");

        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual(200, await GetAsync(host, machine));
            Assert.AreEqual(403, await GetAsync(host, lacking));
            _time.Advance(TimeSpan.FromSeconds(60));
        }

        Assert.AreEqual(0, _cognito.Calls);
        Assert.HasCount(0, _seen);
    }

    [TestMethod]
    public void Setting_that_would_not_hold_for_every_token_stops_the_start()
    {
        AssertProblems([("cognito:TokenUse", "access"), ("cognito:UserInfo", "getUser"), ("cognito:UserInfoMaxAge", "10")]);
        AssertProblems(
            [("cognito:TokenUse", "access"), ("cognito:UserInfo", "getUser"), ("cognito:UserInfoMaxAge", "9")],
            "cognito:UserInfoMaxAge is \"00:00:09\": expected 00:00:10 to 1.00:00:00.");
        AssertProblems(
            [("cognito:TokenUse", "access"), ("cognito:UserInfo", "getUser"), ("cognito:UserInfoMaxAge", "1 minute")],
            "cognito:UserInfoMaxAge is \"1 minute\": expected a whole number of seconds.");
        AssertProblems(
            [("cognito:UserInfoMaxAge", "86401")],
            "cognito:UserInfoMaxAge is \"1.00:00:01\": expected 00:00:10 to 1.00:00:00.",
            "cognito:UserInfo is \"None\": expected getUser, because cognito:UserInfoMaxAge is set.",
            "cognito:TokenUse is \"Any\": expected access, because cognito:UserInfoMaxAge is set.");
        AssertProblems(
            [
                ("cognito:Pools", "staff"), ("cognito:staff:UserPoolId", "eu-west-1_Ab12Cd34e"), ("cognito:staff:ClientId", "1example"),
                ("cognito:staff:TokenUse", "id"),
                ("cognito:TokenUse", "access"), ("cognito:UserInfo", "getUser"), ("cognito:UserInfoMaxAge", "60"),
            ],
            "cognito:staff:TokenUse is \"Id\": expected access, because cognito:UserInfoMaxAge is set.");
    }

    public void Dispose()
    {
        _pool.Dispose();
        _cognito.Dispose();
    }

    private static void AssertProblems((string Key, string Value)[] settings, params string[] expected)
    {
        var all = new NameValueCollection();
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        if (all["cognito:Pools"] == null)
        {
            all["cognito:UserPoolId"] = "eu-west-1_Ab12Cd34e";
            all["cognito:ClientId"] = "1example";
        }

        var options = new CognitoJwtAuthenticationOptions().ReadSettings(all);
        if (expected.Length == 0)
        {
            new CognitoTokenValidator(options).Dispose();
            Assert.AreEqual(TimeSpan.FromSeconds(10), options.UserInfoMaxAge);
            return;
        }

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options).Dispose());
        CollectionAssert.AreEqual(expected, e.Problems.ToArray());
    }

    private static HttpResponseMessage FakeConfirm(string token) => FakeGetUser.Confirm(token);

    private static OwinTestRequest CreateRequest(string token, CancellationToken callCancelled) =>
        new("GET", "/") { Authorization = "Bearer " + token, CallCancelled = callCancelled };

    private static async Task<int> GetAsync(OwinTestHost host, string token) =>
        (await host.GetAsync("/", "Bearer " + token)).StatusCode;

    private static async Task<IReadOnlyList<int>> GetAllAsync(OwinTestHost host, IEnumerable<string> tokens)
    {
        var statuses = new List<int>();
        foreach (var token in tokens)
        {
            statuses.Add(await GetAsync(host, token));
        }

        return statuses;
    }

    // The end of a renewal in the background is seen only by its effect on later requests.
    private static async Task PollAsync(Func<Task<bool>> isReached)
    {
        var watch = Stopwatch.StartNew();
        while (!await isReached())
        {
            Assert.IsTrue(watch.Elapsed < TimeSpan.FromSeconds(30), "The renewal had no effect within half a minute.");
            await Task.Yield();
        }
    }

    private static Task WaitForStatusAsync(OwinTestHost host, string token, int status) =>
        PollAsync(async () => await GetAsync(host, token) == status);

    private static async Task<IReadOnlyList<int>> WhenAnyCompletedAsync(IReadOnlyCollection<Task<int>> requests, int count)
    {
        var answered = new Keys.Signal();
        foreach (var request in requests)
        {
            _ = request.ContinueWith(_ => answered.Add(), TaskScheduler.Default);
        }

        await answered.WaitForAsync(count);
        var completed = await Task.WhenAll(requests.Where(request => request.IsCompleted));
        Assert.HasCount(count, completed);
        return completed;
    }

    private async Task<IReadOnlyList<string>> SeeUsersAsync(OwinTestHost host, int count)
    {
        var tokens = ManyTokens.Create(count, _pool.AccessToken);
        Assert.IsTrue((await GetAllAsync(host, tokens)).All(status => status == 200));
        return tokens;
    }

    private string GetSubject(string username) => TokenReader.ReadSubject(_pool.AccessToken(username));

    private OwinTestHost Start(Action<CognitoJwtAuthenticationOptions>? configure = null, CognitoTestPool? second = null) =>
        ProtectedApp.Start(_pool, options =>
        {
            options.TokenUse = CognitoTokenUse.Access;
            options.UserInfo = CognitoUserInfo.GetUser;
            options.UserInfoMaxAge = TimeSpan.FromSeconds(60);
            options.UserInfoHttpMessageHandler = _cognito;
            if (second != null)
            {
                options.Keys.HttpMessageHandler = new TwoPoolJwksHandler(_pool, second);
            }

            options.Provider.OnProvisionUser = context =>
            {
                _seen.Add(context);
                return Task.CompletedTask;
            };
            configure?.Invoke(options);
        });

    private sealed class CountingTimeProvider(DateTimeOffset now) : FakeTimeProvider(now)
    {
        public int Reads { get; set; }

        public override long GetTimestamp()
        {
            Reads++;
            return base.GetTimestamp();
        }
    }
}
