using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Validation;
using Microsoft.Owin;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Owin;

namespace CognitoOwin.Tests.Keys;

/// <summary>The rules for the contents of a JWKS. Each test serves a JWKS and sends a token whose key it lists.</summary>
[TestClass]
public sealed class JwksHygieneTests
{
    private static readonly string Modulus2048 = Base64UrlText.Encode([0xC1, .. Enumerable.Repeat((byte)0x5A, 254), 0x01]);

    /// <summary>A member of a JWK, a value that makes the key unusable, and the reason in the log.</summary>
    public static IEnumerable<object?[]> UnusableMembers =>
        from rule in new (string Member, string Reason, string?[] Values)[]
        {
            ("kty", "its kty is not RSA", ["\"EC\"", "\"oct\"", "\"rsa\"", null]),
            ("use", "its use is not sig", ["\"enc\"", "null", "[\"sig\"]"]),
            ("alg", "its alg is not RS256", ["\"RS512\"", "\"none\"", "\"rs256\"", "null"]),
            ("key_ops", "its key_ops lack verify", ["[\"sign\"]", "\"verify\""]),
            ("kid", "it has no kid", [null, "\"\"", "7"]),
            ("n", "its modulus is not", [null, "\"\"", "\"AAAA\"", "\"not base64url!\""]),
            (
                "e", "its exponent is not",
                [null, "\"\"", "\"AA\"", "\"AQ\"", "\"Ag\"", "\"AQAA\"", "\"AQAAAAE\"", "\"AQAB=\"", "65537"]),
        }
        from value in rule.Values
        select new object?[] { rule.Member, value, rule.Reason };

    [TestMethod]
    [DynamicData(nameof(UnusableMembers))]
    public async Task Entry_unusable_for_RS256_is_skipped_with_a_warning(string member, string? value, string reason)
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Json(CreateJwks(
            CreateEntry(app.Pool.IdTokenKey, (member, value)), CreateEntry(app.Pool.AccessTokenKey)));

        // The other key of the document is used.
        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.AccessToken()));
        Assert.AreEqual(401, await app.GetStatusAsync(app.Pool.IdToken()));
        StringAssert.Contains(app.Log.GetTexts(KeysApp.KeySkipped)[0], "Key 1 of the JWK Set is left out: " + reason);
    }

    [TestMethod]
    [DataRow("null")]
    [DataRow("\"key\"")]
    [DataRow("[]")]
    [DataRow("{}")]
    public async Task Entry_that_is_not_a_JWK_is_skipped(string entry)
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Json(CreateJwks(entry, CreateEntry(app.Pool.IdTokenKey)));

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
        Assert.AreEqual(1, app.Log.GetTexts(KeysApp.KeySkipped).Count);
    }

    [TestMethod]
    [DataRow("alg", null)]
    [DataRow("use", null)]
    [DataRow("key_ops", "[\"verify\"]")]
    [DataRow("x5c", "[\"ignored\"]")]
    [DataRow("x5u", "\"http://attacker.example/\"")]
    [DataRow("d", "\"ignored\"")]
    public async Task Key_without_optional_or_with_extra_members_is_used(string member, string? value)
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Json(CreateJwks(CreateEntry(app.Pool.IdTokenKey, (member, value))));

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
        Assert.AreEqual(0, app.Log.GetTexts(KeysApp.KeySkipped).Count);
    }

    [TestMethod]
    public async Task Key_with_leading_zeros_is_used()
    {
        using var app = new KeysApp();
        var parameters = app.Pool.IdTokenKey.PublicParameters;
        app.Server.OnRequest = MisbehavingServer.Json(CreateJwks(CreateEntry(
            app.Pool.IdTokenKey,
            ("n", Quote(Base64UrlText.Encode([0, .. parameters.Modulus]))),
            ("e", Quote(Base64UrlText.Encode([0, .. parameters.Exponent]))))));

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
    }

    // The moduli are not products of two primes. The library checks only their form before it uses a key.
    [TestMethod]
    [DataRow(2048, 0xC1, 0x01, true)]
    [DataRow(2048, 0x80, 0x01, true)]
    [DataRow(2048, 0x7F, 0x01, false, DisplayName = "2047 bits")]
    [DataRow(2048, 0xC1, 0x02, false, DisplayName = "an even modulus")]
    [DataRow(1024, 0xC1, 0x01, false, DisplayName = "1024 bits")]
    [DataRow(3072, 0xC1, 0x01, true)]
    [DataRow(4096, 0xC1, 0x01, true)]
    [DataRow(8192, 0xC1, 0x01, true)]
    [DataRow(8200, 0x01, 0x01, false, DisplayName = "8193 bits")]
    public void Modulus_must_be_odd_and_have_2048_to_8192_bits(int bits, int first, int last, bool usable)
    {
        var n = Base64UrlText.Encode([(byte)first, .. Enumerable.Repeat((byte)0x5A, (bits / 8) - 2), (byte)last]);

        Assert.AreEqual(usable, IsUsable($$"""{"kty":"RSA","kid":"k","n":"{{n}}","e":"AQAB"}"""));
    }

    [TestMethod]
    [DataRow(new byte[] { 3 }, true)]
    [DataRow(new byte[] { 17 }, true)]
    [DataRow(new byte[] { 1, 0, 1 }, true)]
    [DataRow(new byte[] { 255, 255, 255, 255 }, true)]
    [DataRow(new byte[] { 1 }, false)]
    [DataRow(new byte[] { 2 }, false)]
    [DataRow(new byte[] { 1, 0, 0 }, false)]
    [DataRow(new byte[] { 1, 0, 0, 0, 1 }, false)]
    public void Exponent_must_be_odd_and_from_3_to_4294967295(byte[] exponent, bool usable) =>
        Assert.AreEqual(
            usable, IsUsable($$"""{"kty":"RSA","kid":"k","n":"{{Modulus2048}}","e":"{{Base64UrlText.Encode(exponent)}}"}"""));

    [TestMethod]
    public async Task Keys_with_the_same_kid_are_all_skipped()
    {
        using var app = new KeysApp();
        var kid = ("kid", Quote(app.Pool.IdTokenKey.Id));
        app.Server.OnRequest = MisbehavingServer.Json(CreateJwks(
            CreateEntry(app.Pool.IdTokenKey),
            CreateEntry(TestSigningKey.Create(), kid),
            CreateEntry(TestSigningKey.Create(), kid),
            CreateEntry(app.Pool.AccessTokenKey)));

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.AccessToken()));
        Assert.AreEqual(401, await app.GetStatusAsync(app.Pool.IdToken()));
        StringAssert.Contains(app.Log.GetTexts(KeysApp.KeySkipped)[0], "have the same kid; all of them are left out");
    }

    [TestMethod]
    public async Task Key_listed_twice_identically_is_one_key()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Json(CreateJwks(CreateEntry(app.Pool.IdTokenKey), CreateEntry(app.Pool.IdTokenKey)));

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
        Assert.AreEqual(0, app.Log.GetTexts(KeysApp.KeySkipped).Count);
    }

    [TestMethod]
    [DataRow("x5t", "\"another\"")]
    [DataRow("use", null)]
    [DataRow("alg", null)]
    public async Task Key_listed_twice_with_a_difference_is_skipped(string member, string? value)
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Json(
            CreateJwks(CreateEntry(app.Pool.IdTokenKey), CreateEntry(app.Pool.IdTokenKey, (member, value)), CreateEntry(app.Pool.AccessTokenKey)));

        Assert.AreEqual(401, await app.GetStatusAsync(app.CreateLongLivedToken()));
        Assert.AreEqual(1, app.Log.GetTexts(KeysApp.KeySkipped).Count);
    }

    [TestMethod]
    [DataRow("http")]
    [DataRow("file")]
    [DataRow("text")]
    public async Task Byte_order_mark_is_ignored_in_every_source(string source) =>
        Assert.AreEqual("200", await TryAsync(source, jwks => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(jwks)]));

    [TestMethod]
    [DataRow("http", 65536, "200")]
    [DataRow("file", 65536, "200")]
    [DataRow("text", 65536, "200")]
    [DataRow("http", 65537, "larger than 65536 bytes")]
    [DataRow("file", 65537, "larger than 65536 bytes")]
    [DataRow("text", 65537, "larger than 65536 bytes")]
    public async Task Every_source_is_limited_to_64_KiB(string source, int bytes, string expected) =>
        StringAssert.Contains(await TryAsync(source, jwks => Encoding.UTF8.GetBytes(jwks.PadRight(bytes))), expected);

    [TestMethod]
    [DataRow("http", false, true)]
    [DataRow("http", true, true)]
    [DataRow("http", false, false)]
    [DataRow("file", false, true)]
    [DataRow("file", true, true)]
    [DataRow("file", true, false)]
    public async Task UTF16_is_named(string source, bool isBigEndian, bool hasMark) =>
        StringAssert.Contains(
            await TryAsync(source, jwks =>
            {
                var encoding = new UnicodeEncoding(isBigEndian, hasMark);
                return [.. encoding.GetPreamble(), .. encoding.GetBytes(jwks)];
            }),
            "UTF-16");

    // The status of a request, or why the keys could not be read.
    private static async Task<string> TryAsync(string source, Func<string, byte[]> encode)
    {
        using var pool = new CognitoTestPool();
        var document = encode(pool.Jwks);
        var file = System.IO.Path.GetTempFileName();
        System.IO.File.WriteAllBytes(file, document);
        pool.OnJwksRequest = (_, _) => Task.FromResult(new System.Net.Http.HttpResponseMessage(System.Net.HttpStatusCode.OK)
        {
            Content = new System.Net.Http.ByteArrayContent(document),
        });
        pool.UserPool.JwksFile = source == "file" ? file : null;
        pool.UserPool.Jwks = source == "text" ? Encoding.UTF8.GetString(document) : null;
        try
        {
            using var host = OwinTestHost.Start(app =>
            {
                app.UseCognitoJwt(pool.Configure);
                app.Run(context => context.Authentication.User?.Identity?.IsAuthenticated == true
                    ? context.Response.WriteAsync("200")
                    : context.Response.WriteAsync(context.GetCognitoHealth().Pools[0].LastFailure ?? "none"));
            });
            return (await host.GetAsync("/", "Bearer " + pool.IdToken())).Body;
        }
        catch (CognitoConfigurationException e)
        {
            return e.Message;
        }
        finally
        {
            System.IO.File.Delete(file);
        }
    }

    [TestMethod]
    public async Task Usable_key_is_kept_beside_an_unusable_one_with_its_kid()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Json(CreateJwks(
            CreateEntry(app.Pool.IdTokenKey, ("alg", "\"RS512\"")), CreateEntry(app.Pool.IdTokenKey)));

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
    }

    [TestMethod]
    [DataRow("[]", DisplayName = "a list")]
    [DataRow("null", DisplayName = "null")]
    [DataRow("{}", DisplayName = "no member keys")]
    [DataRow("{\"keys\":{}}", DisplayName = "keys that are no list")]
    [DataRow("{\"Keys\":[KEY]}", DisplayName = "another spelling")]
    [DataRow("{\"keys\":[KEY],\"keys\":[KEY]}", DisplayName = "a name twice")]
    [DataRow("{\"keys\":[KEY],}", DisplayName = "a trailing comma")]
    [DataRow("{\"keys\":[KEY]}//", DisplayName = "a comment")]
    [DataRow("{'keys':[KEY]}", DisplayName = "single quotes")]
    [DataRow("{\"keys\":[KEY]}{}", DisplayName = "two documents")]
    [DataRow("{\"keys\":[KEY,{\"kid\":\"\\ud800\"}]}", DisplayName = "half a surrogate pair")]
    [DataRow("{\"keys\":[KEY,[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]}", DisplayName = "too deep")]
    public async Task Document_that_is_not_a_strict_JWKS_is_a_failed_fetch(string document)
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Json(document.Replace("KEY", CreateEntry(app.Pool.IdTokenKey)));

        Assert.AreEqual(503, await app.GetStatusAsync(app.Pool.IdToken()));
        StringAssert.Contains(app.Log.GetTexts(KeysApp.FetchFailed)[0], "(NotAJwks)");
    }

    [TestMethod]
    public async Task Document_without_a_usable_key_is_a_failed_fetch()
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Json(CreateJwks(CreateEntry(app.Pool.IdTokenKey, ("alg", "\"RS512\""))));

        Assert.AreEqual(503, await app.GetStatusAsync(app.Pool.IdToken()));
        StringAssert.Contains(app.Log.GetTexts(KeysApp.FetchFailed)[0], "(NoUsableKey)");
    }

    [TestMethod]
    [DataRow(100, 200)]
    [DataRow(101, 503)]
    public async Task Document_with_more_than_100_keys_is_a_failed_fetch(int keys, int status)
    {
        using var app = new KeysApp();
        var others = Enumerable.Range(0, keys - 1)
            .Select(i => """{"kty":"EC","kid":"KID"}""".Replace("KID", i.ToString(CultureInfo.InvariantCulture)));
        app.Server.OnRequest = MisbehavingServer.Json(CreateJwks([CreateEntry(app.Pool.IdTokenKey), .. others]));

        Assert.AreEqual(status, await app.GetStatusAsync(app.Pool.IdToken()));
    }

    [TestMethod]
    [DataRow(65536, 200)]
    [DataRow(65537, 503)]
    public async Task Document_larger_than_64_KiB_is_a_failed_fetch(int bytes, int status)
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Json(app.Pool.Jwks.PadRight(bytes));

        Assert.AreEqual(status, await app.GetStatusAsync(app.Pool.IdToken()));
    }

    [TestMethod]
    [DataRow("application/json;charset=UTF-8", 200)]
    [DataRow("application/jwk-set+json", 200)]
    [DataRow("text/json", 200)]
    [DataRow(null, 200)]
    [DataRow("application/octet-stream", 503)]
    [DataRow("application/jsonp", 503)]
    public async Task Document_of_a_content_type_other_than_JSON_is_a_failed_fetch(string? contentType, int status)
    {
        using var app = new KeysApp();
        app.Server.OnRequest = MisbehavingServer.Answer(200, contentType, app.Pool.Jwks);

        Assert.AreEqual(status, await app.GetStatusAsync(app.Pool.IdToken()));
    }

    [TestMethod]
    public async Task Key_or_key_address_in_the_token_is_ignored()
    {
        using var app = new KeysApp();
        var attacker = TestSigningKey.Create();
        using var attackers = new MisbehavingServer { OnRequest = MisbehavingServer.Json(CognitoTestPool.WriteJwks([attacker])) };
        var jwk = JsonDocument.Parse(CreateEntry(attacker)).RootElement;
        foreach (var kid in new[] { app.Pool.IdTokenKey.Id, attacker.Id })
        {
            string forged = app.Pool.IdToken().ForgedWith(attacker)
                .WithHeader("kid", kid)
                .WithHeader("jwk", jwk)
                .WithHeader("jku", attackers.Address)
                .WithHeader("x5u", attackers.Address)
                .WithHeader("x5c", new[] { "MIIB" });

            Assert.AreEqual(401, await app.GetStatusAsync(forged));
        }

        Assert.AreEqual(0, attackers.Fetches);
    }

    private static bool IsUsable(string entry)
    {
        using var pool = new CognitoTestPool();
        var userPool = new CognitoUserPool(pool.UserPool.UserPoolId!, pool.ClientId) { Jwks = CreateJwks(entry) };
        try
        {
            // RSA must accept every key whose form is right.
            using var provider = new CognitoIssuerSecurityKeyProvider(userPool);
            Assert.AreEqual(1, provider.SecurityKeys.Count());
            return true;
        }
        catch (CognitoConfigurationException)
        {
            return false;
        }
    }

    private static string CreateJwks(params string[] entries) => $$"""{"keys":[{{string.Join(",", entries)}}]}""";

    private static string CreateEntry(TestSigningKey key, params (string Name, string? Value)[] changes)
    {
        var members = new Dictionary<string, string?>
        {
            ["alg"] = "\"RS256\"",
            ["e"] = Quote(Base64UrlText.Encode(key.PublicParameters.Exponent)),
            ["kid"] = Quote(key.Id),
            ["kty"] = "\"RSA\"",
            ["n"] = Quote(Base64UrlText.Encode(key.PublicParameters.Modulus)),
            ["use"] = "\"sig\"",
        };
        foreach (var (name, value) in changes)
        {
            members[name] = value;
        }

        return "{" + string.Join(",", members.Where(member => member.Value != null).Select(member => $"\"{member.Key}\":{member.Value}")) + "}";
    }

    private static string Quote(string text) => "\"" + text + "\"";
}
