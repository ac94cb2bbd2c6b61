using System;
using System.Globalization;
using System.Linq;
using System.Text;
using CognitoOwin.Testing;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Validation;

/// <summary>Properties of every token and every text. The seeds are fixed, so that a failure can be reproduced.</summary>
[TestClass]
public sealed class TokenPropertyTests
{
    private static readonly CognitoTestPool Pool = new();
    private static readonly CognitoTokenValidator Validator = PoolValidator.Create(Pool);

    private static readonly Gen<int> Printable = Gen.Choose(0x20, 0x7E);

    // Any text that a user can enter: all planes of Unicode, without unpaired surrogates, which UTF-8 cannot encode.
    private static readonly Gen<string> Texts =
        Gen.OneOf(
                Printable, Printable, Printable, Gen.Choose(0xA0, 0xD7FF), Gen.Choose(0xE000, 0xFFFD), Gen.Choose(0x10000, 0x10FFFF), Gen.Choose(0, 0x1F))
            .ArrayOf()
            .Select(codes => string.Concat(codes.Select(char.ConvertFromUtf32)));

    private static readonly Gen<string> Scopes = Texts.Select(text => new string([.. text.Where(c => c > ' ')]) + "/s");

    private static readonly Gen<string> ValidTokens =
        from username in Texts
        from groups in Texts.ArrayOf()
        from attribute in Texts
        from attributeName in Texts
        from scopes in Scopes.ArrayOf()
        from seconds in Gen.Choose(60, 86_400)
        from kind in Gen.Choose(0, 2)
        select (kind switch
        {
            0 => Pool.IdToken(username).WithGroups(groups).WithCustomAttribute(attributeName, attribute).WithEmail(attribute),
            1 => Pool.AccessToken(username).WithGroups(groups).WithScopes(scopes),
            _ => Pool.ClientCredentialsToken(scopes),
        }).WithLifetime(TimeSpan.FromSeconds(seconds)).ToString();

    private static readonly Gen<string> OddTexts = Gen.OneOf(
        Gen.Choose(0, 0xFFFF).ArrayOf().Select(codes => new string([.. codes.Select(code => (char)code)])),
        Gen.Elements([.. ".{}[]\":,= eyJAw_-+/\\u0\0\ud800"]).ArrayOf().Select(chars => new string(chars)),
        from header in GenerateJson()
        from payload in GenerateJson()
        from signature in Gen.Choose(0, 255).ArrayOf()
        select $"{Base64UrlText.Encode(header)}.{Base64UrlText.Encode(payload)}.{Base64UrlText.Encode([.. signature.Select(value => (byte)value)])}");

    [TestMethod]
    public void Any_token_of_the_pool_is_accepted() =>
        Prop.ForAll(Arb.From(ValidTokens), token => GetRejection(token) == TokenRejection.None).Check(CreateConfig(200));

    [TestMethod]
    public void Random_change_of_one_bit_is_rejected()
    {
        string[] tokens = [Pool.IdToken("zoë").WithGroups("admin"), Pool.AccessToken(), Pool.ClientCredentialsToken("notes/read")];
        var changed =
            from token in Gen.Elements(tokens)
            from place in Gen.Choose(0, token.Length - 1)
            from bit in Gen.Choose(0, 15)
            select token.Substring(0, place) + (char)(token[place] ^ (1 << bit)) + token.Substring(place + 1);

        Prop.ForAll(Arb.From(changed), token => GetRejection(token) != TokenRejection.None).Check(CreateConfig(20_000));
    }

    [TestMethod]
    public void Every_change_of_one_bit_is_rejected()
    {
        string token = Pool.AccessToken();

        for (var place = 0; place < token.Length; place++)
        {
            for (var bit = 0; bit < 7; bit++)
            {
                var text = new StringBuilder(token);
                text[place] = (char)(text[place] ^ (1 << bit));
                Assert.AreNotEqual(TokenRejection.None, GetRejection(text.ToString()), $"Bit {bit} of character {place}.");
            }
        }
    }

    [TestMethod]
    public void Odd_text_is_rejected_without_an_exception() =>
        Prop.ForAll(Arb.From(OddTexts), text => GetRejection(text) != TokenRejection.None).Check(CreateConfig(20_000));

    [TestMethod]
    public void Odd_header_or_payload_causes_no_exception()
    {
        // A token that is correct except for one piece of odd JSON, so that the validator also reaches its last checks.
        var texts =
            from json in GenerateJson()
            from kid in Gen.Elements(Pool.IdTokenKey.Id, "unknown")
            from name in Gen.Elements("iss", "exp", "nbf", "iat", "token_use", "aud", "sub", "cognito:groups", "\\ud800", "a")
            select Sign(
                $$"""{"alg":"RS256","kid":"{{kid}}"}""",
                $$"""{"{{name}}":{{(json.Length == 0 ? "0" : json)}},"x":1,{{TokenReader.ReadPayload(Pool.IdToken()).Substring(1)}}""");

        Prop.ForAll(Arb.From(texts), text => GetRejection(text) >= TokenRejection.None).Check(CreateConfig(300));
    }

    // The validator reads a text of n characters once each for dots, base64url, UTF-8 and JSON. The JSON reader looks up each name in a
    // hash table of at most 512 names. Then follow at most a dozen lookups of names, one signature of fixed length and one hash. No step
    // goes back, so even the worst input of the longest setting, 64 times the default, takes linear time.
    [TestMethod]
    [DataRow("dots", ".")]
    [DataRow("base64url", "A")]
    [DataRow("beyond ASCII", "\uFFFF")]
    public void Longest_text_of_one_character_is_rejected(string name, string text) =>
        Assert.AreEqual(TokenRejection.NotAJws, GetRejectionOfLongText(string.Concat(Enumerable.Repeat(text, 1_048_576))), name);

    [TestMethod]
    [DataRow("[", TokenRejection.TooDeep)]
    [DataRow("{\"a\":", TokenRejection.TooDeep)]
    [DataRow("1", TokenRejection.MalformedPayload)]
    [DataRow("\"\\u0061\\u0062", TokenRejection.MalformedPayload)]
    [DataRow("{\"a\":1,\"b\":[", TokenRejection.TooDeep)]
    public void Deepest_and_longest_JSON_is_rejected(string piece, TokenRejection expected)
    {
        var json = "{\"iss\":" + string.Concat(Enumerable.Repeat(piece, 700_000 / piece.Length));

        Assert.AreEqual(expected, GetRejectionOfLongText($"{Base64UrlText.Encode($$"""{"alg":"RS256","kid":"k"}""")}.{Base64UrlText.Encode(json)}.AA"));
    }

    [TestMethod]
    [DataRow(512)]
    [DataRow(513)]
    [DataRow(2_000)]
    public void Widest_JSON_is_rejected(int names)
    {
        // All names are in one bucket of a hash table for 512 names, whose size is the prime 919.
        var members = string.Join(",", Enumerable.Range(0, int.MaxValue)
            .Select(number => "n" + number.ToString(CultureInfo.InvariantCulture))
            .Where(name => (name.GetHashCode() & int.MaxValue) % 919 == 0)
            .Take(names)
            .Select(name => $"\"{name}\":1"));

        Assert.AreEqual(
            names > 512 ? TokenRejection.TooManyMembers : TokenRejection.UnknownIssuer, GetRejectionOfLongText($"{Base64UrlText.Encode($$"""{"alg":"RS256","kid":"k"}""")}.{Base64UrlText.Encode("{" + members + "}")}.AA"));
    }

    private static Gen<string> GenerateJson() => Gen.Sized(size => GenerateJson(Math.Min(size, 6)));

    private static Gen<string> GenerateJson(int depth)
    {
        var leaf = Gen.Elements(
            "", "0", "-0", "1e400", "-1e-400", "\"\"", "\"RS256\"", "\"\\ud800\"", "\"\\u0000\"", "\"\uFEFF\"", "null", "true", "NaN", "'a'", "{}", "[]",
            "{\"alg\":\"RS256\",\"kid\":\"k\"}", "{\"alg\":\"RS256\",\"kid\":\"\\udfff\"}", "{\"\\ud800\":1}", "{\"\\ud800\":1,\"b\":2}", "{", "]", "//", "1,");
        if (depth == 0)
        {
            return leaf;
        }

        var inner = GenerateJson(depth - 1);
        return Gen.OneOf(
            leaf,
            inner.Select(json => $"[{json}]"),
            inner.Select(json => $$"""{"a":{{json}}}"""),
            from left in inner
            from right in inner
            select $$"""{"alg":{{left}},"kid":{{right}},"alg":"RS256"}""");
    }

    private static string Sign(string header, string payload) => CognitoTestToken.Sign(header, payload, Pool.IdTokenKey);

    private static TokenRejection GetRejection(string text) => Validator.ValidateAsync(text).GetAwaiter().GetResult().Rejection;

    private static TokenRejection GetRejectionOfLongText(string text)
    {
        using var validator = PoolValidator.Create(Pool, options => options.MaximumTokenLength = 1_048_576);
        return validator.ValidateAsync(text).GetAwaiter().GetResult().Rejection;
    }

    private static Config CreateConfig(int tests) =>
        Config.QuickThrowOnFailure.WithMaxTest(tests).WithEndSize(40).WithReplay(20250515UL, 1UL);
}
