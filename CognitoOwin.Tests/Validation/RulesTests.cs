using System;
using System.Linq;
using System.Security.Claims;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.Extensions.Time.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Validation;

/// <summary>The limits of each rule and the settings that change them. <see cref="AttackCorpus"/> has the tokens that each rule rejects.</summary>
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
    public async Task Token_expires_at_exp_plus_clock_skew(int secondsLeft, TokenRejection expected)
    {
        using var pool = CreatePool();

        Assert.AreEqual(expected, await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithLifetime(TimeSpan.FromSeconds(secondsLeft))));
    }

    [TestMethod]
    [DataRow("nbf", 60, TokenRejection.None)]
    [DataRow("nbf", 61, TokenRejection.NotYetValid)]
    [DataRow("iat", 60, TokenRejection.None)]
    [DataRow("iat", 61, TokenRejection.IssuedInTheFuture)]
    public async Task Token_is_valid_from_nbf_or_iat_minus_clock_skew(string claim, int secondsAhead, TokenRejection expected)
    {
        using var pool = CreatePool();
        var token = pool.IdToken().WithClaim(claim, Now.ToUnixTimeSeconds() + secondsAhead);

        Assert.AreEqual(expected, await PoolValidator.GetRejectionAsync(pool, token));
    }

    [TestMethod]
    public async Task Token_without_clock_skew_expires_exactly_at_exp()
    {
        using var pool = CreatePool();

        Assert.AreEqual(
            TokenRejection.Expired,
            await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithLifetime(TimeSpan.Zero), options => options.ClockSkew = TimeSpan.Zero));
        Assert.AreEqual(
            TokenRejection.None,
            await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithClaim("exp", Now.ToUnixTimeSeconds() + 0.5), options => options.ClockSkew = TimeSpan.Zero));
    }

    [TestMethod]
    [DataRow(1747396800.75)]
    [DataRow(1.7473968e9)]
    [DataRow(253402300799.0)]
    public async Task Date_with_a_fraction_or_an_exponent_is_accepted(double exp)
    {
        using var pool = CreatePool();

        Assert.AreEqual(TokenRejection.None, await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithClaim("exp", exp)));
    }

    [TestMethod]
    public async Task Token_without_iat_is_accepted()
    {
        using var pool = CreatePool();

        Assert.AreEqual(TokenRejection.None, await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithoutClaim("iat")));
    }

    [TestMethod]
    [DataRow(CognitoTokenUse.Any, TokenRejection.None, TokenRejection.None)]
    [DataRow(CognitoTokenUse.Id, TokenRejection.None, TokenRejection.TokenUseNotAccepted)]
    [DataRow(CognitoTokenUse.Access, TokenRejection.TokenUseNotAccepted, TokenRejection.None)]
    public async Task Token_of_a_use_that_is_not_configured_is_rejected(CognitoTokenUse setting, TokenRejection idToken, TokenRejection accessToken)
    {
        using var pool = CreatePool();

        Assert.AreEqual(idToken, await PoolValidator.GetRejectionAsync(pool, pool.IdToken(), options => options.TokenUse = setting));
        Assert.AreEqual(accessToken, await PoolValidator.GetRejectionAsync(pool, pool.AccessToken(), options => options.TokenUse = setting));
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
    public async Task Token_with_one_of_the_required_scopes_is_accepted(string scope, TokenRejection expected)
    {
        using var pool = CreatePool();

        Assert.AreEqual(
            expected,
            await PoolValidator.GetRejectionAsync(
                pool, pool.AccessToken().WithClaim("scope", scope), options => options.RequiredScopes = ["notes/read", "notes/write"]));
    }

    [TestMethod]
    public async Task ID_token_is_accepted_when_a_scope_is_required()
    {
        using var pool = CreatePool();

        Assert.AreEqual(
            TokenRejection.None, await PoolValidator.GetRejectionAsync(pool, pool.IdToken(), options => options.RequiredScopes = ["notes/read"]));
    }

    [TestMethod]
    public async Task User_in_one_of_the_required_groups_is_accepted()
    {
        using var pool = CreatePool();

        Task<TokenRejection> ValidateAsync(CognitoTestToken token) =>
            PoolValidator.GetRejectionAsync(pool, token, options => options.RequiredGroups = ["staff", "admin"]);

        Assert.AreEqual(TokenRejection.None, await ValidateAsync(pool.IdToken().WithGroups("guests", "admin")));
        Assert.AreEqual(TokenRejection.None, await ValidateAsync(pool.IdToken().WithClaim("cognito:groups", "staff")));
        Assert.AreEqual(TokenRejection.GroupMissing, await ValidateAsync(pool.IdToken().WithGroups("guests", "Admin")));
        Assert.AreEqual(TokenRejection.GroupMissing, await ValidateAsync(pool.IdToken().WithGroups()));
        Assert.AreEqual(TokenRejection.GroupMissing, await ValidateAsync(pool.IdToken()));
    }

    [TestMethod]
    public async Task Client_credentials_token_has_the_client_id_as_its_subject()
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool);

        var withSub = await validator.ValidateAsync(pool.ClientCredentialsToken("notes/read"));
        var withoutSub = await validator.ValidateAsync(pool.ClientCredentialsToken("notes/read").WithoutClaim("sub"));

        Assert.AreEqual(pool.ClientId, withSub.Token!.Subject);
        Assert.AreEqual(pool.ClientId, withoutSub.Token!.Subject);
        Assert.IsNull(withoutSub.Token.Username);
        CollectionAssert.AreEqual(new[] { "notes/read" }, withoutSub.Token.Scopes.ToArray());
    }

    [TestMethod]
    public async Task Token_has_its_claims_as_properties()
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool);
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
    public async Task Token_lists_the_identities_of_a_federated_user()
    {
        using var pool = new CognitoTestPool();
        using var validator = PoolValidator.Create(pool);

        var token = (await validator.ValidateAsync(
            pool.IdToken().WithClaim("identities", new[] { new { providerName = "Google", userId = "117" } }))).Token!;

        var first = token.Identities;

        Assert.AreEqual("Google", first[0].ProviderName);
        Assert.AreSame(first, token.Identities, "The claim is read once.");
    }

    [TestMethod]
    public async Task NameIdentifier_claim_in_the_token_does_not_replace_the_subject()
    {
        using var pool = CreatePool();
        using var host = Requests.ProtectedApp.Start(pool);
        string token = pool.IdToken("alice").WithClaim(ClaimTypes.NameIdentifier, "another user");
        using var validator = PoolValidator.Create(pool);

        var response = await host.GetAsync("/", "Bearer " + token);

        var user = (ClaimsPrincipal)response.Environment["server.User"];
        Assert.AreEqual((await validator.ValidateAsync(token)).Token!.Subject, user.FindFirst(ClaimTypes.NameIdentifier)!.Value);
    }

    [TestMethod]
    public async Task Token_longer_than_MaximumTokenLength_is_rejected()
    {
        using var pool = CreatePool();
        string token = pool.IdToken();

        Assert.AreEqual(TokenRejection.None, await PoolValidator.GetRejectionAsync(pool, token, options => options.MaximumTokenLength = token.Length));
        Assert.AreEqual(TokenRejection.TokenTooLong, await PoolValidator.GetRejectionAsync(pool, token, options => options.MaximumTokenLength = token.Length - 1));
    }

    [TestMethod]
    public async Task Kid_of_256_characters_is_looked_up()
    {
        using var pool = CreatePool();
        var kid = new string('k', 256);
        pool.ServeJwks(pool.Jwks.Replace(pool.IdTokenKey.Id, kid));

        Assert.AreEqual(TokenRejection.None, await PoolValidator.GetRejectionAsync(pool, pool.IdToken().WithHeader("kid", kid)));
    }

    [TestMethod]
    public async Task Token_without_known_keys_is_KeysUnavailable()
    {
        using var pool = CreatePool();
        pool.FailJwks();
        using var validator = PoolValidator.Create(pool);

        var result = await validator.ValidateAsync(pool.IdToken());

        Assert.AreEqual(TokenRejection.KeysUnavailable, result.Rejection);
        Assert.IsGreaterThan(TimeSpan.Zero, result.RetryAfter!.Value);
    }

    [TestMethod]
    public async Task Token_that_breaks_a_rule_before_the_signature_fetches_no_keys()
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool);
        var cheap = AttackCorpus.CreateTokens(pool).Where(each => each.Attack.StoppedBy < TokenRejection.KeysUnavailable);

        foreach (var (_, token) in cheap)
        {
            await validator.ValidateAsync(token);
        }

        Assert.AreEqual(0, pool.JwksFetches);
    }

    [TestMethod]
    public async Task Forged_token_is_rejected_for_its_signature_first()
    {
        using var pool = CreatePool();
        var forged = pool.AccessToken().WithClaim("sub", 1).ForgedWith(TestSigningKey.Create());

        Assert.AreEqual(
            TokenRejection.InvalidSignature, await PoolValidator.GetRejectionAsync(pool, forged, options => options.RequiredScopes = ["notes/read"]));
    }

    [TestMethod]
    public async Task Cached_token_is_verified_once_and_still_expires()
    {
        using var pool = CreatePool();
        var clock = (FakeTimeProvider)pool.TimeProvider;
        using var validator = PoolValidator.Create(pool);
        string token = pool.IdToken();

        var first = await validator.ValidateAsync(token);
        Assert.AreSame(first, await validator.ValidateAsync(token));

        clock.Advance(TimeSpan.FromMinutes(61));
        Assert.AreEqual(TokenRejection.Expired, (await validator.ValidateAsync(token)).Rejection);
    }

    [TestMethod]
    public async Task Cached_token_that_was_unused_for_long_still_expires()
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = 4);
        string token = pool.IdToken();
        await validator.ValidateAsync(token);
        await validator.ValidateAsync(pool.IdToken("bob"));
        await validator.ValidateAsync(pool.IdToken("carol"));

        ((FakeTimeProvider)pool.TimeProvider).Advance(TimeSpan.FromMinutes(61));

        Assert.AreEqual(TokenRejection.Expired, (await validator.ValidateAsync(token)).Rejection);
    }

    [TestMethod]
    public async Task Text_that_ends_like_a_cached_token_is_rejected()
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool);
        string token = pool.IdToken();
        Assert.IsTrue((await validator.ValidateAsync(token)).IsValid);

        Assert.IsFalse((await validator.ValidateAsync("A" + token)).IsValid);
        Assert.IsFalse((await validator.ValidateAsync(token.Substring(1))).IsValid);
        Assert.IsFalse((await validator.ValidateAsync("f" + token.Substring(1))).IsValid);
        Assert.IsFalse((await validator.ValidateAsync(token.Substring(token.Length - 16))).IsValid);
    }

    [TestMethod]
    public async Task Cached_token_is_rejected_once_its_key_is_dropped()
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool);
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
    public async Task Cache_holds_at_most_MaximumEntries_tokens(int maximum)
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = maximum);
        var tokens = Enumerable.Range(0, 10).Select(number => pool.IdToken("user" + number).ToString()).ToList();
        var first = tokens.ToDictionary(token => token, token => validator.ValidateAsync(token).GetAwaiter().GetResult());

        var cached = 0;
        foreach (var token in Enumerable.Reverse(tokens))
        {
            cached += ReferenceEquals(first[token], await validator.ValidateAsync(token)) ? 1 : 0;
        }

        Assert.IsLessThanOrEqualTo(maximum, cached);
    }

    [TestMethod]
    public async Task Cache_keeps_a_token_in_use_and_evicts_an_unused_one()
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.MaximumEntries = 4);
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
    public async Task Concurrent_validations_of_one_token_share_one_result()
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool);
        string token = pool.IdToken();

        // Both validations wait for the keys, so both verify the token.
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
    public async Task Token_without_a_cache_is_validated_again()
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool, options => options.TokenCache.Enabled = false);
        using var withoutKeys = PoolValidator.Create(pool, options => options.Keys.CachingEnabled = false);
        string token = pool.IdToken();

        Assert.AreNotSame(await validator.ValidateAsync(token), await validator.ValidateAsync(token));
        Assert.AreNotSame(await withoutKeys.ValidateAsync(token), await withoutKeys.ValidateAsync(token));
    }

    [TestMethod]
    public async Task Null_token_throws()
    {
        using var pool = CreatePool();
        using var validator = PoolValidator.Create(pool);

        await Assert.ThrowsExactlyAsync<ArgumentNullException>(() => validator.ValidateAsync(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => new CognitoTokenValidator(null!));
    }

    [TestMethod]
    public async Task Validation_that_waits_for_keys_can_be_cancelled()
    {
        using var pool = CreatePool();
        pool.OnJwksRequest = (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith<System.Net.Http.HttpResponseMessage>(
            _ => throw new OperationCanceledException(), TaskScheduler.Default);
        using var validator = PoolValidator.Create(pool);
        using var cancelled = new CancellationTokenSource();

        var waiting = validator.ValidateAsync(pool.IdToken(), cancelled.Token);
        cancelled.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting);
    }

    private static CognitoTestPool CreatePool() => new() { TimeProvider = new FakeTimeProvider(Now) };
}
