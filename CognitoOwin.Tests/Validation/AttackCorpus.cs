using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CognitoOwin.Testing;

namespace CognitoOwin.Tests.Validation;

/// <summary>
/// Known attacks on JWT verifiers, each with the rule that must stop it. The pool itself signs the tokens, unless the signature is the
/// attack, so that no other rule stops them.
/// </summary>
internal static class AttackCorpus
{
    private const string ClientId = "1example23456789";

    public static readonly IReadOnlyList<Attack> All =
    [
        .. Algorithms(), .. Keys(), .. Signatures(), .. Encodings(), .. Json(), .. Issuers(), .. Clients(), .. Claims(), .. Dates(),
        .. OtherForms(),
    ];

    /// <summary>Creates the tokens of all attacks on a pool, on all processors, because Mono takes 20 ms for a signature.</summary>
    public static IReadOnlyList<(Attack Attack, string Token)> CreateTokens(CognitoTestPool pool) =>
        [.. All.AsParallel().AsOrdered().Select(attack => (attack, attack.CreateToken(pool)))];

    private static IEnumerable<Attack> Algorithms()
    {
        foreach (var none in new[] { "none", "None", "NONE", "nOnE", "none ", " none", "none\0", "nοne" /* Greek omicron */, "" })
        {
            yield return new($"alg {none} without a signature", TokenRejection.AlgorithmNotAllowed, pool => CreateUnsigned(pool, none));
        }

        foreach (var other in new[]
        {
            "HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "PS384", "ES256", "ES384", "EdDSA", "RSA-OAEP", "dir", "RS256 ", "rs256",
            "Rs256", "RS256\0", "RS２56", "RS-256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        })
        {
            yield return new(
                $"alg {other} with a good RS256 signature", TokenRejection.AlgorithmNotAllowed, pool => pool.IdToken().WithHeader("alg", other));
        }

        yield return new(
            "HS256 signed with the public key's JWK", TokenRejection.AlgorithmNotAllowed, pool => SignWithHs256(pool, Encoding.UTF8.GetBytes(pool.Jwks)));
        yield return new(
            "HS256 signed with the public key's modulus", TokenRejection.AlgorithmNotAllowed, pool => SignWithHs256(pool, pool.IdTokenKey.PublicParameters.Modulus));
        yield return new("HS256 signed with an empty key", TokenRejection.AlgorithmNotAllowed, pool => SignWithHs256(pool, []));
        yield return new("no alg", TokenRejection.AlgorithmNotAllowed, pool => pool.IdToken().WithoutHeader("alg"));
        foreach (var odd in new object?[] { null, 1, true, new[] { "RS256" }, new { alg = "RS256" } })
        {
            yield return new($"alg of JSON {JsonSerializer.Serialize(odd)}", TokenRejection.AlgorithmNotAllowed, pool => pool.IdToken().WithHeader("alg", odd));
        }

        yield return new("crit with a name", TokenRejection.CriticalExtension, pool => pool.IdToken().WithHeader("crit", new[] { "exp" }));
        yield return new("crit empty", TokenRejection.CriticalExtension, pool => pool.IdToken().WithHeader("crit", Array.Empty<string>()));
        yield return new("crit null", TokenRejection.CriticalExtension, pool => pool.IdToken().WithHeader("crit", null));
        yield return new(
            "unencoded payload, RFC 7797", TokenRejection.CriticalExtension,
            pool => pool.IdToken().WithHeader("b64", false).WithHeader("crit", new[] { "b64" }));
    }

    private static IEnumerable<Attack> Keys()
    {
        yield return new("jwk of the attacker in the header", TokenRejection.InvalidSignature, pool =>
        {
            var own = TestSigningKey.Create();
            var jwk = JsonSerializer.Deserialize<JsonElement>(CognitoTestPool.WriteJwks([own])).GetProperty("keys")[0];
            return pool.IdToken().WithHeader("jwk", jwk).ForgedWith(own);
        });
        foreach (var parameter in new[] { "jku", "x5u" })
        {
            yield return new(
                $"{parameter} of the attacker", TokenRejection.InvalidSignature,
                pool => pool.IdToken().WithHeader(parameter, "https://evil.example/keys").ForgedWith(TestSigningKey.Create()));
        }

        yield return new(
            "x5c of the attacker", TokenRejection.InvalidSignature,
            pool => pool.IdToken().WithHeader("x5c", new[] { "MIIB" }).ForgedWith(TestSigningKey.Create()));
        yield return new("another key under the pool's kid", TokenRejection.InvalidSignature, pool => pool.IdToken().ForgedWith(TestSigningKey.Create()));
        yield return new("a key the pool does not have", TokenRejection.UnknownKey, pool => CreateOldToken(pool).SignedBy(TestSigningKey.Create()));
        yield return new(
            "the pool's other key's kid", TokenRejection.InvalidSignature, pool => pool.IdToken().WithHeader("kid", pool.AccessTokenKey.Id));

        foreach (var kid in new[]
        {
            "../../../../dev/null", "/dev/null", "..\\..\\windows\\win.ini", "' OR '1'='1", "x' UNION SELECT 'key' --", "key|id", "`id`",
            "https://evil.example/jwks.json", "\0", "\r\nSet-Cookie: a=b", "TEST-KEY-0", "test-key-0 ", " test-key-0", "{\"kid\":1}",
            new string('k', 256),
        })
        {
            yield return new($"kid {Describe(kid)}", TokenRejection.UnknownKey, pool => CreateOldToken(pool).WithHeader("kid", kid));
        }

        yield return new("kid of 257 characters", TokenRejection.KeyIdMissing, pool => pool.IdToken().WithHeader("kid", new string('k', 257)));
        yield return new("kid of 8,000 characters", TokenRejection.KeyIdMissing, pool => pool.IdToken().WithHeader("kid", new string('k', 8000)));
        yield return new("no kid", TokenRejection.KeyIdMissing, pool => pool.IdToken().WithoutHeader("kid"));
        foreach (var odd in new object?[] { null, "", 1, 1e300, false, new[] { "test-key-0" }, new { kid = "test-key-0" } })
        {
            yield return new($"kid of JSON {JsonSerializer.Serialize(odd)}", TokenRejection.KeyIdMissing, pool => pool.IdToken().WithHeader("kid", odd));
        }

        yield return new("kid with half a surrogate pair", TokenRejection.MalformedHeader, pool => SignHeader(pool, """{"alg":"RS256","kid":"\ud800"}"""));
    }

    private static IEnumerable<Attack> Signatures()
    {
        Attack Signature(string name, Func<CognitoTestPool, byte[], byte[]> change) =>
            new("signature: " + name, TokenRejection.InvalidSignature, pool => EditSegment(pool.IdToken(), 2, part => Base64UrlText.Encode(change(pool, Base64UrlText.Decode(part)))));

        yield return Signature("none", (_, _) => []);
        yield return Signature("one zero", (_, _) => [0]);
        yield return Signature("all zero", (_, _) => new byte[256]);
        yield return Signature("one", (_, _) => [.. new byte[255], 1]);
        yield return Signature("all ones", (_, _) => [.. Enumerable.Repeat((byte)0xFF, 256)]);
        yield return Signature("the modulus", (pool, _) => pool.IdTokenKey.PublicParameters.Modulus);
        yield return Signature("the modulus less one", (pool, _) => SubtractOne(pool.IdTokenKey.PublicParameters.Modulus));
        yield return Signature("truncated by a byte", (_, good) => [.. good.Take(255)]);
        yield return Signature("truncated to half", (_, good) => [.. good.Take(128)]);
        yield return Signature("without its first byte", (_, good) => [.. good.Skip(1)]);
        yield return Signature("a zero appended", (_, good) => [.. good, 0]);
        yield return Signature("a zero before it", (_, good) => [0, .. good]);
        yield return Signature("twice", (_, good) => [.. good, .. good]);
        yield return Signature("8,000 bytes", (_, good) => [.. good, .. new byte[7744]]);
        yield return Signature("backwards", (_, good) => [.. Enumerable.Reverse(good)]);
        yield return Signature("its last bit flipped", (_, good) => [.. good.Take(255), (byte)(good[255] ^ 1)]);

        yield return new("signature of another token", TokenRejection.InvalidSignature, pool => ReplaceSegment(pool.IdToken("bob"), pool.IdToken("alice"), 2));
        yield return new("payload of another token", TokenRejection.InvalidSignature, pool => ReplaceSegment(pool.IdToken("bob"), pool.IdToken("alice"), 1));
        yield return new("header of an access token on an ID token", TokenRejection.InvalidSignature, pool => ReplaceSegment(pool.IdToken(), pool.AccessToken(), 0));
        yield return new("segments swapped: payload first", TokenRejection.AlgorithmNotAllowed, pool => ReorderSegments(pool.IdToken(), 1, 0, 2));
        yield return new("segments swapped: signature first", TokenRejection.MalformedHeader, pool => ReorderSegments(pool.IdToken(), 2, 1, 0));
        yield return new("segments swapped: signature as payload", TokenRejection.MalformedPayload, pool => ReorderSegments(pool.IdToken(), 0, 2, 1));
        yield return new(
            "one claim changed", TokenRejection.InvalidSignature,
            pool => EditSegment(pool.IdToken("alice"), 1, part => Base64UrlText.Encode(Base64UrlText.DecodeText(part).Replace("\"alice\"", "\"admin\""))));
        yield return new(
            "a space in the payload", TokenRejection.InvalidSignature, pool => EditSegment(pool.IdToken(), 1, part => Base64UrlText.Encode(Base64UrlText.DecodeText(part) + " ")));
    }

    private static IEnumerable<Attack> Encodings()
    {
        for (var segment = 0; segment < 3; segment++)
        {
            var place = segment;
            Attack Encoding(string name, Func<string, string> change) =>
                new($"segment {place}: {name}", TokenRejection.MalformedEncoding, pool => EditSegment(pool.IdToken(), place, change));

            yield return Encoding("padding", part => part + new string('=', 4 - (part.Length % 4)));
            yield return Encoding("a line feed at its end", part => part + "\n");
            yield return Encoding("a space in it", part => part.Insert(8, " "));
            yield return Encoding("a tab before it", part => "\t" + part);
            yield return Encoding("standard alphabet", part => part.Substring(0, part.Length - 1) + "+");
            yield return Encoding("a slash", part => "/" + part.Substring(1));
            yield return Encoding("percent-encoding", part => "%65" + part.Substring(1));
            yield return Encoding("a full-width letter", part => "ｅ" + part.Substring(1));
            yield return Encoding("a non-ASCII letter with the same low byte", part => (char)(part[0] + 0x100) + part.Substring(1));
            yield return Encoding("a null character", part => part + "\0");
            yield return Encoding("half a surrogate pair", part => part + "\uD800");
            yield return Encoding("a length no base64 has", part => part.PadRight((part.Length / 4 * 4) + 5, 'A'));
            yield return Encoding("quotation marks", part => "\"" + part + "\"");
        }

        // The last two letters of 256 encoded bytes have twelve bits, of which four are unused. So each signature has 15 other spellings.
        yield return new("signature with stray bits", TokenRejection.MalformedEncoding, pool => EditSegment(pool.IdToken(), 2, part => AddStrayBits(part)));
        yield return new("header with stray bits, one byte left over", TokenRejection.MalformedEncoding, _ => "eR.e30.AA");
        yield return new("header with stray bits, two bytes left over", TokenRejection.MalformedEncoding, _ => "e31.e30.AA");

        yield return new("header of invalid UTF-8", TokenRejection.MalformedHeader, pool => SignBytes(pool, [0x7B, 0xFF, 0x7D], "{}"u8.ToArray()));
        yield return new("overlong UTF-8", TokenRejection.MalformedHeader, pool => SignBytes(pool, [.. "{\"alg\":\""u8, 0xC1, 0x92, .. "S256\"}"u8], "{}"u8.ToArray()));
        yield return new("a surrogate in UTF-8", TokenRejection.MalformedHeader, pool => SignBytes(pool, [.. "{\"a\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8], "{}"u8.ToArray()));
        yield return new("header with a byte order mark", TokenRejection.MalformedHeader, pool => SignBytes(pool, [0xEF, 0xBB, 0xBF, .. GetHeader(pool)], GetPayload(pool)));
        yield return new("payload with a byte order mark", TokenRejection.MalformedPayload, pool => SignBytes(pool, GetHeader(pool), [0xEF, 0xBB, 0xBF, .. GetPayload(pool)]));
        yield return new("payload of invalid UTF-8", TokenRejection.MalformedPayload, pool => SignBytes(pool, GetHeader(pool), [.. "{\"sub\":\""u8, 0x80, .. "\"}"u8]));
        yield return new("a list of invalid UTF-8", TokenRejection.MalformedPayload, pool => SignBytes(pool, GetHeader(pool), [.. "{\"a\":[[\""u8, 0x80, .. "\"]]}"u8]));
        yield return new("a name of invalid UTF-8", TokenRejection.MalformedPayload, pool => SignBytes(pool, GetHeader(pool), [.. "{\"a\":{\""u8, 0xFF, .. "\":1}}"u8]));
        yield return new(
            "payload in UTF-16", TokenRejection.MalformedPayload,
            pool => SignBytes(pool, GetHeader(pool), Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(GetPayload(pool)))));
    }

    private static IEnumerable<Attack> Json()
    {
        Attack Header(string name, string json) => new("header: " + name, TokenRejection.MalformedHeader, pool => SignHeader(pool, json.Replace("KID", pool.IdTokenKey.Id)));
        Attack Payload(string name, Func<string, string> change, TokenRejection stoppedBy = TokenRejection.MalformedPayload) =>
            new("payload: " + name, stoppedBy, pool => SignPayload(pool, change(Encoding.UTF8.GetString(GetPayload(pool)))));

        yield return Header("nothing", "");
        yield return Header("null", "null");
        yield return Header("a list", """[{"alg":"RS256","kid":"KID"}]""");
        yield return Header("a string", "\"RS256\"");
        yield return Header("alg twice", """{"alg":"none","alg":"RS256","kid":"KID"}""");
        yield return Header("alg twice, once escaped", """{"alg":"RS256","\u0061lg":"none","kid":"KID"}""");
        yield return Header("alg twice, both escaped", """{"al\u0067":"RS256","\u0061lg":"none","kid":"KID"}""");
        yield return Header("kid twice", """{"alg":"RS256","kid":"KID","kid":"KID"}""");
        yield return Header("a comment", """{"alg":"RS256",/*"alg":"none",*/"kid":"KID"}""");
        yield return Header("an extra comma", """{"alg":"RS256","kid":"KID",}""");
        yield return Header("single quotes", "{'alg':'RS256','kid':'KID'}");
        yield return Header("names without quotes", "{alg:\"RS256\",kid:\"KID\"}");
        yield return Header("two objects", """{"alg":"RS256","kid":"KID"}{}""");
        yield return Header("something after the object", """{"alg":"RS256","kid":"KID"}x""");
        yield return Header("no end", """{"alg":"RS256","kid":"KID" """);
        yield return Header("a name of half a surrogate pair", """{"alg":"RS256","kid":"KID","\ud800":1}""");
        yield return Header("a control character in a string", "{\"alg\":\"RS256\",\"kid\":\"KID\",\"a\":\"\n\"}");
        yield return Header("NaN", """{"alg":"RS256","kid":"KID","a":NaN}""");
        yield return Header("a number with a leading zero", """{"alg":"RS256","kid":"KID","a":01}""");

        yield return Payload("nothing", _ => "");
        yield return Payload("a list", json => $"[{json}]");
        yield return Payload("true", _ => "true");
        yield return Payload("a name twice", json => json.Insert(1, "\"sub\":\"admin\","));
        yield return Payload("a name twice, once escaped", json => json.Insert(1, "\"\\u0073ub\":\"admin\","));
        yield return Payload("a name twice, in an inner object", json => json.Insert(1, "\"identities\":{\"a\":1,\"\\u0061\":2},"));
        yield return Payload("a name twice, in a list", json => json.Insert(1, "\"identities\":[{\"a\":1,\"a\":2}],"));
        yield return Payload("an empty name twice", json => json.Insert(1, "\"\":1,\"\":2,"));
        yield return Payload("a name of half a surrogate pair", json => json.Insert(1, "\"\\udfff\":1,"));
        yield return Payload("a comment", json => json + "//");
        yield return Payload("an extra comma", json => json.Insert(json.Length - 1, ","));
        yield return Payload("Infinity", json => json.Insert(1, "\"a\":Infinity,"));

        Attack Deep(string name, Func<string, string> change) => Payload(name, change, TokenRejection.TooDeep);
        yield return Deep("17 nested lists", json => json.Insert(1, $"\"a\":{NestLists(17)},"));
        yield return Deep("3,000 nested lists", json => json.Insert(1, $"\"a\":{NestLists(3000)},"));
        yield return Deep("5,000 unclosed lists", json => json.Insert(1, $"\"a\":{new string('[', 5000)},"));
        yield return Deep("1,800 nested objects", json => json.Insert(1, $"\"a\":{string.Concat(Enumerable.Repeat("{\"a\":", 1800))}1{new string('}', 1800)},"));
    }

    private static IEnumerable<Attack> Issuers()
    {
        Attack Issuer(string name, Func<string, object?> change) =>
            new("iss: " + name, TokenRejection.UnknownIssuer, pool => pool.IdToken().WithClaim("iss", change(pool.Issuer)));

        foreach (var (name, iss) in new[]
        {
            ("another pool's id on the right host", "https://HOST.eu-west-1.amazonaws.com/eu-west-1_Other"),
            ("its pool id in another case", "https://HOST.eu-west-1.amazonaws.com/id"),
            ("a Region that is no replica", "https://HOST.us-west-1.amazonaws.com/ID"),
            ("another partition", "https://HOST.eu-west-1.amazonaws.com.cn/ID"),
            ("the domain of the EU Sovereign Cloud", "https://HOST.eu-west-1.amazonaws.eu/ID"),
            ("the domain as a prefix", "https://HOST.eu-west-1.amazonaws.com.evil.example/ID"),
            ("the domain as a suffix", "https://HOST.eu-west-1.evilamazonaws.com/ID"),
            ("a look-alike domain", "https://HOST.eu-west-1.arnazonaws.com/ID"),
            ("a letter 1 for l in its scheme's host", "https://HOST.eu-west-l.amazonaws.com/ID"),
            ("another case of the host", "https://HOST.EU-WEST-1.amazonaws.com/ID"),
            ("a slash at the end", "https://HOST.eu-west-1.amazonaws.com/ID/"),
            ("a dot after the host", "https://HOST.eu-west-1.amazonaws.com./ID"),
            ("an encoded letter", "https://HOST.eu-west-1.amazonaws.com/%65ID"),
            ("http", "http://HOST.eu-west-1.amazonaws.com/ID"),
        })
        {
            foreach (var host in new[] { "cognito-idp", "issuer-cognito-idp" })
            {
                yield return Issuer($"{host}, {name}", issuer => WithId(iss.Replace("HOST", host), issuer));
            }
        }

        foreach (var host in new[]
        {
            "issuer-cognito-idp-fips", "issuer.cognito-idp", "issuer-cognito-ldp", "Issuer-cognito-idp", "issuer--cognito-idp", "issuer_cognito_idp",
            "issuer-cognito-idp.evil", "cognito-idp-fips", "cognito-identity", "issuer-cognito-іdp" /* Cyrillic i */,
        })
        {
            yield return Issuer($"the host {host}", issuer => WithId($"https://{host}.eu-west-1.amazonaws.com/ID", issuer));
        }

        yield return Replica("a Region that is no replica", "https://cognito-idp.us-east-2.amazonaws.com/ID");
        yield return Replica("the updated host with a replica's Region", "https://issuer-cognito-idp.us-west-2.amazonaws.com/ID");
        yield return Replica("the replica's Region in the pool id", "https://cognito-idp.us-west-2.amazonaws.com/us-west-2_00001");
        yield return Replica("another pool's id in a replica's Region", "https://cognito-idp.us-west-2.amazonaws.com/eu-west-1_Other");
        yield return Replica("a replica's Region in another partition", "https://cognito-idp.us-west-2.amazonaws.com.cn/ID");
        yield return Replica("a replica's Region in another case", "https://cognito-idp.US-WEST-2.amazonaws.com/ID");

        yield return Issuer("another pool", _ => "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other");
        yield return Issuer("pool id with an extra character", issuer => issuer + "1");
        yield return Issuer("pool id without its last character", issuer => issuer.Substring(0, issuer.Length - 1));
        yield return Issuer("a slash at its end", issuer => issuer + "/");
        yield return Issuer("a query at its end", issuer => issuer + "?x");
        yield return Issuer("a fragment at its end", issuer => issuer + "#x");
        yield return Issuer("a path after it", issuer => issuer + "/../eu-west-1_Other");
        yield return Issuer("a null character at its end", issuer => issuer + "\0");
        yield return Issuer("a space before it", issuer => " " + issuer);
        yield return Issuer("a line feed at its end", issuer => issuer + "\n");
        yield return Issuer("another case", issuer => issuer.ToUpperInvariant());
        yield return Issuer("http", issuer => issuer.Replace("https", "http"));
        yield return Issuer("a port", issuer => issuer.Replace(".com/", ".com:443/"));
        yield return Issuer("a user before the host", issuer => issuer.Replace("https://", "https://x@"));
        yield return Issuer("the host as a prefix", issuer => issuer.Replace(".amazonaws.com", ".amazonaws.com.evil.example"));
        yield return Issuer("the host as a suffix", issuer => issuer.Replace("cognito-idp", "evil-cognito-idp"));
        yield return Issuer("a Cyrillic letter", issuer => issuer.Replace('a', 'а'));
        yield return Issuer("a dotless i", issuer => issuer.Replace("idp", "ıdp"));
        yield return Issuer("a full-width letter", issuer => issuer.Replace("cognito", "ｃognito"));
        yield return Issuer("a soft hyphen, which a culture's comparison skips", issuer => issuer.Insert(10, "\u00AD"));
        yield return Issuer("a zero-width joiner", issuer => issuer + "\u200D");
        yield return Issuer("the pool id alone", issuer => issuer.Substring(issuer.LastIndexOf('/') + 1));
        yield return Issuer("empty", _ => "");
        yield return Issuer("null", _ => null);
        yield return Issuer("a list", issuer => new[] { issuer });
        yield return Issuer("an object", issuer => new { iss = issuer });
        yield return Issuer("a number", _ => 1);
        yield return new("no iss", TokenRejection.UnknownIssuer, pool => pool.IdToken().WithoutClaim("iss"));
    }

    // The pool has a replica in us-west-2.
    private static Attack Replica(string name, string iss) => new(
        "iss with replicas: " + name, TokenRejection.UnknownIssuer, pool => pool.IdToken().WithClaim("iss", WithId(iss, pool.Issuer)));

    // Writes the pool's own id in place of ID, and another case of it in place of id.
    private static string WithId(string iss, string issuer)
    {
        var id = issuer.Substring(issuer.LastIndexOf('/') + 1);
        return iss.Replace("/id", "/" + id.ToUpperInvariant()).Replace("/%65ID", "/%65" + id.Substring(1)).Replace("ID", id);
    }

    private static IEnumerable<Attack> Clients()
    {
        yield return new(
            "ID token with client_id only", TokenRejection.AudienceNotAccepted, pool => pool.IdToken().WithoutClaim("aud").WithClaim("client_id", ClientId));
        yield return new(
            "access token with aud only", TokenRejection.ClientIdNotAccepted, pool => pool.AccessToken().WithoutClaim("client_id").WithClaim("aud", ClientId));
        yield return new(
            "access token made an ID token", TokenRejection.AudienceNotAccepted, pool => pool.AccessToken().WithClaim("token_use", "id"));
        yield return new(
            "ID token made an access token", TokenRejection.ClientIdNotAccepted, pool => pool.IdToken().WithClaim("token_use", "access"));
        foreach (var odd in new object?[]
        {
            "2example23456789", "", "1EXAMPLE23456789", ClientId + " ", ClientId + "\0", ClientId.Substring(1), ClientId + "," + ClientId, null,
            1, true, new[] { ClientId }, new[] { "other", ClientId }, Array.Empty<string>(), new { aud = ClientId }, "*",
        })
        {
            var shown = JsonSerializer.Serialize(odd);
            yield return new($"aud {shown}", TokenRejection.AudienceNotAccepted, pool => pool.IdToken().WithClaim("aud", odd));
            yield return new($"client_id {shown}", TokenRejection.ClientIdNotAccepted, pool => pool.AccessToken().WithClaim("client_id", odd));
        }

        foreach (var odd in new object[]
        {
            new object?[] { ClientId, 1 }, new object?[] { ClientId, null }, new object?[] { ClientId, new[] { "x" } }, new object?[] { true, ClientId },
            "https://billing.example.com", 1, new { aud = ClientId },
        })
        {
            yield return new(
                $"aud of an access token {JsonSerializer.Serialize(odd)}", TokenRejection.ResourceNotAccepted,
                pool => pool.AccessToken().WithClaim("aud", odd));
        }

        foreach (var odd in new object?[] { "ID", "Access", "refresh", "id ", "id access", "", null, 1, new[] { "id" }, new { use = "id" } })
        {
            yield return new(
                $"token_use {JsonSerializer.Serialize(odd)}", TokenRejection.UnknownTokenUse, pool => pool.IdToken().WithClaim("token_use", odd));
        }

        yield return new("no token_use", TokenRejection.UnknownTokenUse, pool => pool.IdToken().WithoutClaim("token_use"));
    }

    private static IEnumerable<Attack> Claims()
    {
        foreach (var claim in new[] { "sub", "cognito:username", "email", "cognito:groups" })
        {
            foreach (var odd in new object[] { 1, true, new { a = "b" }, new object[] { new[] { "nested" } }, new object[] { 1 } })
            {
                yield return new(
                    $"{claim} of JSON {JsonSerializer.Serialize(odd)}", TokenRejection.MalformedClaim, pool => pool.IdToken().WithClaim(claim, odd));
            }
        }

        foreach (var odd in new object[] { 1, true, new { a = "b" }, new[] { "x" } })
        {
            yield return new($"jti of JSON {JsonSerializer.Serialize(odd)}", TokenRejection.MalformedClaim, pool => pool.IdToken().WithClaim("jti", odd));
        }

        yield return new(
            "access token of a user without sub", TokenRejection.MalformedClaim, pool => pool.AccessToken().WithoutClaim("sub"));
        yield return new("sub null", TokenRejection.MalformedClaim, pool => pool.IdToken().WithClaim("sub", null));
        yield return new("sub in a list", TokenRejection.MalformedClaim, pool => pool.IdToken().WithClaim("sub", new[] { "x" }));
        yield return new("scope in a list", TokenRejection.MalformedClaim, pool => pool.AccessToken().WithClaim("scope", new[] { "admin" }));
        yield return new("username in a list", TokenRejection.MalformedClaim, pool => pool.AccessToken().WithClaim("username", new[] { "admin" }));
        yield return new("a group that is no text", TokenRejection.MalformedClaim, pool => pool.IdToken().WithClaim("cognito:groups", new object[] { "a", 1 }));
        yield return new("an ID token without sub", TokenRejection.MalformedClaim, pool => pool.IdToken().WithoutClaim("sub"));
        yield return new("an empty sub", TokenRejection.MalformedClaim, pool => pool.IdToken().WithClaim("sub", ""));
        yield return new(
            "sub of half a surrogate pair", TokenRejection.MalformedPayload,
            pool => SignPayload(pool, Encoding.UTF8.GetString(GetPayload(pool)).Replace("\"sub\":\"", "\"sub\":\"\\ud800")));
        yield return new(
            "an unknown claim of half a surrogate pair", TokenRejection.MalformedPayload,
            pool => SignPayload(pool, Encoding.UTF8.GetString(GetPayload(pool)).Insert(1, "\"custom:a\":[\"\\udc00\"],")));
    }

    private static IEnumerable<Attack> Dates()
    {
        Attack Date(string name, string json, TokenRejection rejection) =>
            new($"{name} {json}", rejection, pool => SignPayload(pool, SetMember(Encoding.UTF8.GetString(GetPayload(pool)), name, json)));

        foreach (var name in new[] { "exp", "nbf", "iat" })
        {
            foreach (var json in new[]
            {
                "\"4102444800\"", "\"2100-01-01T00:00:00Z\"", "true", "[4102444800]", "{}", "\"\"", "-1", "-1e9", "1e400", "-1e400", "1e12", "1747300000000",
                "253402300800", "99999999999999999999", "1" + new string('0', 400), "9223372036854775808", "1e2147483648", "1e99999999999999999999",
                "0." + new string('9', 5000), "0." + new string('0', 9989) + "4e9998", "253402300799." + new string('0', 20),
            })
            {
                yield return Date(name, json, TokenRejection.MalformedDate);
            }
        }

        yield return Date("exp", "0", TokenRejection.Expired);
        yield return Date("exp", "-0", TokenRejection.Expired);
        yield return Date("exp", "-0.0", TokenRejection.Expired);
        yield return Date("exp", "1e-400", TokenRejection.Expired);
        yield return Date("exp", "1e9", TokenRejection.Expired);
        yield return Date("exp", "0." + new string('9', 30), TokenRejection.Expired);
        yield return Date("exp", "4e-2147483648", TokenRejection.Expired);
        yield return Date("exp", "4e-99999999999999999999", TokenRejection.Expired);
        yield return Date("exp", "0." + new string('0', 20) + "1e30", TokenRejection.Expired);
        yield return Date("nbf", "253402300798." + new string('0', 19), TokenRejection.NotYetValid);
        yield return Date("nbf", "253402300799", TokenRejection.NotYetValid);
        yield return Date("nbf", "2.5e11", TokenRejection.NotYetValid);
        yield return Date("iat", "253402300799", TokenRejection.IssuedInTheFuture);
        yield return Date("exp", "null", TokenRejection.ExpirationMissing);
        yield return new("no exp", TokenRejection.ExpirationMissing, pool => pool.IdToken().WithoutClaim("exp"));
        yield return new(
            "exp in another case", TokenRejection.ExpirationMissing, pool => pool.IdToken().WithoutClaim("exp").WithClaim("EXP", 4102444800L));
    }

    private static IEnumerable<Attack> OtherForms()
    {
        yield return new("nothing", TokenRejection.NotAJws, _ => "");
        yield return new("a dot", TokenRejection.NotAJws, _ => ".");
        yield return new("two dots", TokenRejection.MalformedHeader, _ => "..");
        yield return new("three dots", TokenRejection.NotAJws, _ => "...");
        yield return new("16,384 dots", TokenRejection.NotAJws, _ => new string('.', 16_384));
        yield return new("one segment", TokenRejection.NotAJws, pool => pool.IdToken().ToString().Split('.')[1]);
        yield return new("two segments", TokenRejection.NotAJws, pool => string.Join(".", pool.IdToken().ToString().Split('.').Take(2)));
        yield return new("four segments", TokenRejection.NotAJws, pool => pool.IdToken() + ".e30");
        yield return new("a dot at its end", TokenRejection.NotAJws, pool => pool.IdToken() + ".");
        yield return new("six segments", TokenRejection.NotAJws, pool => pool.IdToken() + "." + pool.IdToken());
        yield return new("JWE", TokenRejection.Encrypted, _ => "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AA.AA.AA.AA");
        yield return new("JWE with the key encrypted to the pool", TokenRejection.Encrypted, pool => pool.IdToken() + ".AA.AA");
        yield return new("four empty dots", TokenRejection.Encrypted, _ => "....");
        yield return new("JWE header on three segments", TokenRejection.AlgorithmNotAllowed, pool => pool.IdToken().WithHeader("alg", "RSA-OAEP").WithHeader("enc", "A256GCM"));
        yield return new(
            "nested: a token as the payload of another", TokenRejection.MalformedPayload,
            pool => CognitoTestToken.Sign(Encoding.UTF8.GetString(GetHeader(pool)).Insert(1, "\"cty\":\"JWT\","), pool.IdToken(), pool.IdTokenKey));
        yield return new("nested: JSON string of a token", TokenRejection.MalformedPayload, pool => SignPayload(pool, "\"" + pool.IdToken() + "\""));
        yield return new("JSON serialization", TokenRejection.NotAJws, _ => """{"payload":"e30","protected":"e30","signature":""}""");
        yield return new("with its scheme", TokenRejection.MalformedEncoding, pool => "Bearer " + pool.IdToken());
        yield return new("a character too long", TokenRejection.TokenTooLong, _ => new string('A', 16_385));
        yield return new("64 KiB", TokenRejection.TokenTooLong, pool => pool.IdToken() + new string('A', 65_536));
    }

    // The token is older than every fetch of keys. The unknown kid of a token that was issued just now may be a new key of the pool.
    private static CognitoTestToken CreateOldToken(CognitoTestPool pool) =>
        pool.IdToken().WithLifetime(pool.TimeProvider.GetUtcNow() - TimeSpan.FromMinutes(30), TimeSpan.FromHours(1));

    private static string CreateUnsigned(CognitoTestPool pool, string algorithm)
    {
        var parts = pool.IdToken().WithHeader("alg", algorithm).ToString().Split('.');
        return $"{parts[0]}.{parts[1]}.";
    }

    private static string SignWithHs256(CognitoTestPool pool, byte[] key)
    {
        var parts = pool.IdToken().WithHeader("alg", "HS256").ToString().Split('.');
        using var hmac = new HMACSHA256(key);
        return $"{parts[0]}.{parts[1]}.{Base64UrlText.Encode(hmac.ComputeHash(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1])))}";
    }

    private static byte[] GetHeader(CognitoTestPool pool) => Base64UrlText.Decode(pool.IdToken().ToString().Split('.')[0]);

    private static byte[] GetPayload(CognitoTestPool pool) => Base64UrlText.Decode(pool.IdToken().ToString().Split('.')[1]);

    private static string SignHeader(CognitoTestPool pool, string header) =>
        CognitoTestToken.Sign(header, Encoding.UTF8.GetString(GetPayload(pool)), pool.IdTokenKey);

    private static string SignPayload(CognitoTestPool pool, string payload) =>
        CognitoTestToken.Sign(Encoding.UTF8.GetString(GetHeader(pool)), payload, pool.IdTokenKey);

    private static string SignBytes(CognitoTestPool pool, byte[] header, byte[] payload)
    {
        var input = Base64UrlText.Encode(header) + "." + Base64UrlText.Encode(payload);
        return input + "." + Base64UrlText.Encode(pool.IdTokenKey.Sign(Encoding.ASCII.GetBytes(input)));
    }

    private static string SetMember(string json, string name, string value)
    {
        var start = json.IndexOf($"\"{name}\":", StringComparison.Ordinal);
        if (start < 0)
        {
            return json.Insert(1, $"\"{name}\":{value},");
        }

        start += name.Length + 3;
        var end = json.IndexOfAny([',', '}'], start);
        return json.Substring(0, start) + value + json.Substring(end);
    }

    private static string EditSegment(string token, int place, Func<string, string> change)
    {
        var parts = token.Split('.');
        parts[place] = change(parts[place]);
        return string.Join(".", parts);
    }

    private static string ReplaceSegment(string token, string other, int place) => EditSegment(token, place, _ => other.Split('.')[place]);

    private static string ReorderSegments(string token, params int[] places) => string.Join(".", places.Select(place => token.Split('.')[place]));

    private static string AddStrayBits(string part)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return part.Substring(0, part.Length - 1) + Alphabet[Alphabet.IndexOf(part[part.Length - 1]) + 1];
    }

    private static byte[] SubtractOne(byte[] odd) => [.. odd.Take(odd.Length - 1), (byte)(odd[odd.Length - 1] - 1)];

    private static string NestLists(int depth) => new string('[', depth) + new string(']', depth);

    private static string Describe(string text) => text.Length > 40 ? text.Length.ToString(CultureInfo.InvariantCulture) + " characters" : JsonSerializer.Serialize(text);
}
