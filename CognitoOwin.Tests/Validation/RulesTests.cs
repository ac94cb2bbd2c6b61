using System;
using System.Linq;
using System.Security.Claims;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.Extensions.Time.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Validation;

/// <summary>Where each rule begins and ends: what it lets through, and the settings that move it. The corpus has the rest.</summary>
[TestClass]
public sealed class RulesTests
{
    private static readonly DateTimeOffset Now = new(2025, 5, 15, 12, 0, 0, TimeSpan.Zero);

    [TestMethod]
    [DataRow(-61, TokenRejection.Expired)]
    [DataRow(-60, TokenRejection.Expired)]
    [DataRow(-59, TokenRejection.None)]
    [DataRow(0, TokenRejection.None)]
    [DataRow(60, TokenRejection.None)]
    public async Task A_token_lives_until_its_end_and_the_clock_skew(int secondsLeft, TokenRejection expected)
    {
        using var pool = CreatePool();

        Assert.AreEqual(expected, await Judge.RejectionOfAsync(pool, pool.IdToken().WithLifetime(TimeSpan.FromSeconds(secondsLeft))));
    }

    [TestMethod]
    [DataRow("nbf", 60, TokenRejection.None)]
    [DataRow("nbf", 61, TokenRejection.NotYetValid)]
    [DataRow("iat", 60, TokenRejection.None)]
    [DataRow("iat", 61, TokenRejection.IssuedInTheFuture)]
    public async Task A_token_begins_at_its_time_less_the_clock_skew(string claim, int secondsAhead, TokenRejection expected)
    {
        using var pool = CreatePool();
        var token = pool.IdToken().WithClaim(claim, Now.ToUnixTimeSeconds() + secondsAhead);

        Assert.AreEqual(expected, await Judge.RejectionOfAsync(pool, token));
    }

    [TestMethod]
    public async Task Without_clock_skew_a_token_ends_on_its_second()
    {
        using var pool = CreatePool();

        Assert.AreEqual(
            TokenRejection.Expired,
            await Judge.RejectionOfAsync(pool, pool.IdToken().WithLifetime(TimeSpan.Zero), options => options.ClockSkew = TimeSpan.Zero));
        Assert.AreEqual(
            TokenRejection.None,
            await Judge.RejectionOfAsync(pool, pool.IdToken().WithClaim("exp", Now.ToUnixTimeSeconds() + 0.5), options => options.ClockSkew = TimeSpan.Zero));
    }

    [TestMethod]
    [DataRow(1747396800.75)]
    [DataRow(1.7473968e9)]
    [DataRow(253402300799.0)]
    public async Task A_date_may_have_a_fraction_or_an_exponent(double exp)
    {
        using var pool = CreatePool();

        Assert.AreEqual(TokenRejection.None, await Judge.RejectionOfAsync(pool, pool.IdToken().WithClaim("exp", exp)));
    }

    [TestMethod]
    public async Task A_token_without_iat_is_accepted()
    {
        using var pool = CreatePool();

        Assert.AreEqual(TokenRejection.None, await Judge.RejectionOfAsync(pool, pool.IdToken().WithoutClaim("iat")));
    }

    [TestMethod]
    [DataRow(CognitoTokenUse.Any, TokenRejection.None, TokenRejection.None)]
    [DataRow(CognitoTokenUse.Id, TokenRejection.None, TokenRejection.TokenUseNotAccepted)]
    [DataRow(CognitoTokenUse.Access, TokenRejection.TokenUseNotAccepted, TokenRejection.None)]
    public async Task Only_the_configured_kind_of_token_is_accepted(CognitoTokenUse setting, TokenRejection idToken, TokenRejection accessToken)
    {
        using var pool = CreatePool();

        Assert.AreEqual(idToken, await Judge.RejectionOfAsync(pool, pool.IdToken(), options => options.TokenUse = setting));
        Assert.AreEqual(accessToken, await Judge.RejectionOfAsync(pool, pool.AccessToken(), options => options.TokenUse = setting));
    }

    [TestMethod]
    [DataRow("notes/read", TokenRejection.None)]
    [DataRow("openid notes/write", TokenRejection.None)]
    [DataRow("  notes/read  ", TokenRejection.None)]
    [DataRow("openid", TokenRejection.ScopeMissing)]
    [DataRow("", TokenRejection.ScopeMissing)]
    [DataRow("notes/readonly", TokenRejection.ScopeMissing)]
    [DataRow("NOTES/READ", TokenRejection.ScopeMissing)]
    [DataRow("notes/read,openid", TokenRejection.ScopeMissing)]
    [DataRow("notes/read\topenid", TokenRejection.ScopeMissing)]
    public async Task One_of_the_required_scopes_is_enough(string scope, TokenRejection expected)
    {
        using var pool = CreatePool();

        Assert.AreEqual(
            expected,
            await Judge.RejectionOfAsync(
                pool, pool.AccessToken().WithClaim("scope", scope), options => options.RequiredScopes = ["notes/read", "notes/write"]));
    }

    [TestMethod]
    public async Task An_ID_token_has_no_scope_to_offer()
    {
        using var pool = CreatePool();

        Assert.AreEqual(
            TokenRejection.ScopeMissing, await Judge.RejectionOfAsync(pool, pool.IdToken(), options => options.RequiredScopes = ["notes/read"]));
    }

    [TestMethod]
    public async Task One_of_the_required_groups_is_enough()
    {
        using var pool = CreatePool();

        Task<TokenRejection> RejectionOf(CognitoTestToken token) =>
            Judge.RejectionOfAsync(pool, token, options => options.RequiredGroups = ["staff", "admin"]);

        Assert.AreEqual(TokenRejection.None, await RejectionOf(pool.IdToken().WithGroups("guests", "admin")));
        Assert.AreEqual(TokenRejection.None, await RejectionOf(pool.IdToken().WithClaim("cognito:groups", "staff")));
        Assert.AreEqual(TokenRejection.GroupMissing, await RejectionOf(pool.IdToken().WithGroups("guests", "Admin")));
        Assert.AreEqual(TokenRejection.GroupMissing, await RejectionOf(pool.IdToken().WithGroups()));
        Assert.AreEqual(TokenRejection.GroupMissing, await RejectionOf(pool.IdToken()));
    }

    [TestMethod]
    public async Task A_client_that_acts_for_itself_is_its_own_subject()
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool);

        var withSub = await validator.ValidateAsync(pool.ClientCredentialsToken("notes/read"));
        var withoutSub = await validator.ValidateAsync(pool.ClientCredentialsToken("notes/read").WithoutClaim("sub"));

        Assert.AreEqual(pool.ClientId, withSub.Token!.Subject);
        Assert.AreEqual(pool.ClientId, withoutSub.Token!.Subject);
        Assert.IsNull(withoutSub.Token.Username);
        CollectionAssert.AreEqual(new[] { "notes/read" }, withoutSub.Token.Scopes.ToArray());
    }

    [TestMethod]
    public async Task A_token_has_its_claims_as_properties()
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool);
        string text = pool.IdToken("zoë").WithGroups("a", "b").WithEmail("zoe@example.com").WithCustomAttribute("tenant", "七");

        var token = (await validator.ValidateAsync(text)).Token!;

        Assert.AreEqual(pool.Issuer, token.Issuer);
        Assert.AreEqual(text, token.RawToken);
        Assert.AreSame(pool.UserPool, token.UserPool);
        Assert.AreEqual(CognitoTokenUse.Id, token.TokenUse);
        Assert.AreEqual(pool.ClientId, token.ClientId);
        Assert.AreEqual("zoë", token.Username);
        Assert.AreEqual("zoe@example.com", token.Email);
        Assert.IsTrue(token.EmailVerified);
        CollectionAssert.AreEqual(new[] { "a", "b" }, token.Groups.ToArray());
        Assert.IsEmpty(token.Scopes);
        Assert.AreEqual(Now.AddHours(1), token.ExpiresAt);
        Assert.AreEqual("七", token.Attributes["custom:tenant"]);
    }

    [TestMethod]
    public async Task A_validated_token_lists_the_accounts_at_other_providers_that_its_user_has()
    {
        using var pool = new CognitoTestPool();
        var options = new CognitoJwtAuthenticationOptions();
        pool.Configure(options);
        using var validator = new CognitoTokenValidator(options);

        var token = (await validator.ValidateAsync(
            pool.IdToken().WithClaim("identities", new[] { new { providerName = "Google", userId = "117" } }))).Token!;

        var first = token.Identities;

        Assert.AreEqual("Google", first[0].ProviderName);
        Assert.AreSame(first, token.Identities, "Read once.");
    }

    [TestMethod]
    public async Task A_claim_that_a_trigger_wrote_does_not_hide_the_subject()
    {
        using var pool = CreatePool();
        using var host = Requests.ProtectedApp.Start(pool);
        string token = pool.IdToken("alice").WithClaim(ClaimTypes.NameIdentifier, "somebody else");
        using var validator = Judge.For(pool);

        var response = await host.GetAsync("/", "Bearer " + token);

        var user = (ClaimsPrincipal)response.Environment["server.User"];
        Assert.AreEqual((await validator.ValidateAsync(token)).Token!.Subject, user.FindFirst(ClaimTypes.NameIdentifier)!.Value);
    }

    [TestMethod]
    public async Task The_limit_of_the_length_can_be_set()
    {
        using var pool = CreatePool();
        string token = pool.IdToken();

        Assert.AreEqual(TokenRejection.None, await Judge.RejectionOfAsync(pool, token, options => options.MaximumTokenLength = token.Length));
        Assert.AreEqual(TokenRejection.TokenTooLong, await Judge.RejectionOfAsync(pool, token, options => options.MaximumTokenLength = token.Length - 1));
    }

    [TestMethod]
    public async Task Sixteen_levels_of_JSON_are_accepted()
    {
        using var pool = CreatePool();
        object value = 1;
        for (var level = 0; level < 15; level++)
        {
            value = new[] { value };
        }

        Assert.AreEqual(TokenRejection.None, await Judge.RejectionOfAsync(pool, pool.IdToken().WithClaim("custom:deep", value)));
    }

    [TestMethod]
    [DataRow(500, TokenRejection.None)]
    [DataRow(501, TokenRejection.MalformedPayload)]
    public async Task Five_hundred_and_twelve_claims_are_accepted(int more, TokenRejection expected)
    {
        using var pool = CreatePool();
        var token = pool.ClientCredentialsToken();
        for (var number = 0; number < more; number++)
        {
            token.WithClaim("c" + number, 1);
        }

        Assert.AreEqual(expected, await Judge.RejectionOfAsync(pool, token, options => options.MaximumTokenLength = 65_536));
    }

    [TestMethod]
    public async Task A_kid_of_256_characters_is_looked_up()
    {
        using var pool = CreatePool();
        var kid = new string('k', 256);
        pool.Serve(pool.Jwks.Replace(pool.IdTokenKey.Id, kid));

        Assert.AreEqual(TokenRejection.None, await Judge.RejectionOfAsync(pool, pool.IdToken().WithHeader("kid", kid)));
    }

    [TestMethod]
    public async Task Without_keys_nobody_can_tell()
    {
        using var pool = CreatePool();
        pool.FailJwks();
        using var validator = Judge.For(pool);

        var result = await validator.ValidateAsync(pool.IdToken());

        Assert.AreEqual(TokenRejection.KeysUnavailable, result.Rejection);
        Assert.IsGreaterThan(TimeSpan.Zero, result.RetryAfter!.Value);
    }

    [TestMethod]
    public async Task A_token_that_breaks_a_cheap_rule_fetches_no_keys()
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool);
        var cheap = AttackCorpus.All.Where(attack => attack.StoppedBy < TokenRejection.KeysUnavailable);

        foreach (var attack in cheap)
        {
            await validator.ValidateAsync(attack.CreateToken(pool));
        }

        Assert.AreEqual(0, pool.JwksFetches);
    }

    [TestMethod]
    public async Task A_forged_token_learns_nothing_of_the_rules_after_the_signature()
    {
        using var pool = CreatePool();
        var forged = pool.AccessToken().WithClaim("sub", 1).ForgedWith(TestSigningKey.Create());

        Assert.AreEqual(
            TokenRejection.InvalidSignature, await Judge.RejectionOfAsync(pool, forged, options => options.RequiredScopes = ["notes/read"]));
    }

    [TestMethod]
    public async Task A_remembered_token_is_verified_once_and_expires_all_the_same()
    {
        using var pool = CreatePool();
        var clock = (FakeTimeProvider)pool.TimeProvider;
        using var validator = Judge.For(pool);
        string token = pool.IdToken();

        var first = await validator.ValidateAsync(token);
        Assert.AreSame(first, await validator.ValidateAsync(token));

        clock.Advance(TimeSpan.FromMinutes(61));
        Assert.AreEqual(TokenRejection.Expired, (await validator.ValidateAsync(token)).Rejection);
    }

    [TestMethod]
    public async Task A_remembered_token_that_was_not_used_for_long_expires_too()
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool, options => options.TokenCache.MaximumEntries = 4);
        string token = pool.IdToken();
        await validator.ValidateAsync(token);
        await validator.ValidateAsync(pool.IdToken("bob"));
        await validator.ValidateAsync(pool.IdToken("carol"));

        ((FakeTimeProvider)pool.TimeProvider).Advance(TimeSpan.FromMinutes(61));

        Assert.AreEqual(TokenRejection.Expired, (await validator.ValidateAsync(token)).Rejection);
    }

    [TestMethod]
    public async Task A_text_that_ends_like_a_remembered_token_is_not_taken_for_it()
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool);
        string token = pool.IdToken();
        Assert.IsTrue((await validator.ValidateAsync(token)).IsValid);

        Assert.IsFalse((await validator.ValidateAsync("A" + token)).IsValid);
        Assert.IsFalse((await validator.ValidateAsync(token.Substring(1))).IsValid);
        Assert.IsFalse((await validator.ValidateAsync("f" + token.Substring(1))).IsValid);
        Assert.IsFalse((await validator.ValidateAsync(token.Substring(token.Length - 16))).IsValid);
    }

    [TestMethod]
    public async Task A_remembered_token_falls_with_its_key()
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool);
        string token = pool.IdToken();
        Assert.IsTrue((await validator.ValidateAsync(token)).IsValid);

        pool.RotateKeys();
        pool.DropOldKeys();
        Assert.IsTrue((await validator.ValidateAsync(pool.IdToken())).IsValid);

        Assert.AreEqual(TokenRejection.UnknownKey, (await validator.ValidateAsync(token)).Rejection);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public async Task No_more_tokens_are_remembered_than_may_be(int maximum)
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool, options => options.TokenCache.MaximumEntries = maximum);
        var tokens = Enumerable.Range(0, 10).Select(number => pool.IdToken("user" + number).ToString()).ToList();
        var first = tokens.ToDictionary(token => token, token => validator.ValidateAsync(token).GetAwaiter().GetResult());

        var remembered = 0;
        foreach (var token in Enumerable.Reverse(tokens))
        {
            remembered += ReferenceEquals(first[token], await validator.ValidateAsync(token)) ? 1 : 0;
        }

        Assert.IsLessThanOrEqualTo(maximum, remembered);
    }

    [TestMethod]
    public async Task A_token_in_use_stays_remembered_and_one_unused_is_let_go()
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool, options => options.TokenCache.MaximumEntries = 4);
        string used = pool.IdToken("used"), unused = pool.IdToken("unused");
        var (firstUsed, firstUnused) = (await validator.ValidateAsync(used), await validator.ValidateAsync(unused));

        for (var number = 0; number < 8; number++)
        {
            await validator.ValidateAsync(pool.IdToken("user" + number));
            Assert.AreSame(firstUsed, await validator.ValidateAsync(used));
        }

        Assert.AreNotSame(firstUnused, await validator.ValidateAsync(unused));
    }

    [TestMethod]
    public async Task Requests_that_bring_one_token_at_once_share_one_verdict()
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool);
        string token = pool.IdToken();

        // Both wait for the keys, so both verify it.
        var keys = new TaskCompletionSource<int>();
        pool.OnJwksRequest = async (_, _) =>
        {
            await keys.Task;
            return new(System.Net.HttpStatusCode.OK) { Content = new System.Net.Http.StringContent(pool.Jwks, null, "application/json") };
        };
        var one = validator.ValidateAsync(token);
        var other = validator.ValidateAsync(token);
        keys.SetResult(0);

        Assert.AreSame(await one, await other);
    }

    [TestMethod]
    public async Task An_unremembered_token_is_judged_anew()
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool, options => options.TokenCache.Enabled = false);
        using var withoutKeys = Judge.For(pool, options => options.Keys.CachingEnabled = false);
        string token = pool.IdToken();

        Assert.AreNotSame(await validator.ValidateAsync(token), await validator.ValidateAsync(token));
        Assert.AreNotSame(await withoutKeys.ValidateAsync(token), await withoutKeys.ValidateAsync(token));
    }

    [TestMethod]
    public async Task No_token_at_all_is_the_callers_mistake()
    {
        using var pool = CreatePool();
        using var validator = Judge.For(pool);

        await Assert.ThrowsExactlyAsync<ArgumentNullException>(() => validator.ValidateAsync(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => new CognitoTokenValidator(null!));
    }

    [TestMethod]
    public async Task Who_waits_for_keys_can_stop_waiting()
    {
        using var pool = CreatePool();
        pool.OnJwksRequest = (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith<System.Net.Http.HttpResponseMessage>(
            _ => throw new OperationCanceledException(), TaskScheduler.Default);
        using var validator = Judge.For(pool);
        using var cancelled = new CancellationTokenSource();

        var waiting = validator.ValidateAsync(pool.IdToken(), cancelled.Token);
        cancelled.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting);
    }

    private static CognitoTestPool CreatePool() => new() { TimeProvider = new FakeTimeProvider(Now) };
}
