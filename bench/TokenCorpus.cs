using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>Valid tokens of two pools and ways to change them.</summary>
internal sealed class TokenCorpus : IDisposable
{
    private const string TokenAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly string[] Usernames =
        ["alice", "bob@example.com", "Zoë", "王小明", "o'brien", "a b", "\U0001F600", "x".PadRight(128, 'y'), "ıİ", "<script>"];

    private static readonly object?[] OddValues =
    [
        null, "", 0, -1, 1e300, 4102444800L, true, false, "none", "id", "access", "\0", "RS256", "HS256", "none ",
        Array.Empty<string>(), new[] { "RS256" }, new[] { "1example23456789" }, new Dictionary<string, string> { ["a"] = "b" },
    ];

    private readonly CognitoTestPool _pool = new();
    private readonly CognitoTestPool _second = new(clientId: "2example23456789");
    private readonly CognitoTestPool _stranger = new();
    private readonly List<string> _valid = [];
    private readonly HashSet<string> _known;
    private readonly List<string> _forged = [];
    private readonly (string Name, int Weight, Func<Random, string, string> Change)[] _kinds;
    private readonly int _weights;

    public TokenCorpus(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 48; i++)
        {
            _valid.Add(CreateToken(i % 4 == 3 ? _second : _pool, random, i));
        }

        _known = new HashSet<string>(_valid, StringComparer.Ordinal);
        for (var i = 0; i < 200; i++)
        {
            _forged.Add(Forge(random));
        }

        _kinds =
        [
            ("one bit of the text", 12, FlipTextBit),
            ("one bit of a segment's bytes", 12, FlipByteBit),
            ("characters of the text", 12, EditText),
            ("bytes of a segment", 10, EditBytes),
            ("length of the text", 6, Resize),
            ("segments of the token", 6, Rearrange),
            ("segments of another token", 8, Graft),
            ("header parameters", 8, EditHeader),
            ("claims", 10, EditClaims),
            ("JSON text", 6, EditJson),
            ("encodings", 8, Reencode),
            ("signature", 8, EditSignature),
            ("signed by another key", 2, (r, _) => Pick(r, _forged)),
            ("random text", 4, (r, _) => RandomText(r)),
        ];
        _weights = _kinds.Sum(kind => kind.Weight);
    }

    public IReadOnlyList<string> Valid => _valid;

    public bool IsValid(string token) => _known.Contains(token);

    public CognitoTokenValidator CreateValidator()
    {
        var options = new CognitoJwtAuthenticationOptions { UserPools = [_pool.UserPool, _second.UserPool] };
        options.Keys.HttpMessageHandler = new Endpoints(_pool, _second);
        return new CognitoTokenValidator(options);
    }

    public void Dispose()
    {
        _pool.Dispose();
        _second.Dispose();
        _stranger.Dispose();
    }

    /// <summary>Changes a token once or, in one of ten cases, two to four times.</summary>
    public (string Kind, string Mutant) Mutate(Random random)
    {
        var token = Pick(random, _valid);
        if (random.Next(10) != 0)
        {
            var (name, change) = PickKind(random);
            return (name, change(random, token));
        }

        for (var times = random.Next(2, 5); times > 0; times--)
        {
            token = PickKind(random).Change(random, token);
        }

        return ("several of them", token);
    }

    private (string Name, Func<Random, string, string> Change) PickKind(Random random)
    {
        var ticket = random.Next(_weights);
        var i = 0;
        while (ticket >= _kinds[i].Weight)
        {
            ticket -= _kinds[i++].Weight;
        }

        return (_kinds[i].Name, _kinds[i].Change);
    }

    private static string CreateToken(CognitoTestPool pool, Random random, int number)
    {
        var name = Usernames[number % Usernames.Length];
        var token = (number % 3) switch
        {
            0 => pool.IdToken(name).WithGroups("admin", "staff").WithCustomAttribute("tenant", name),
            1 => pool.AccessToken(name).WithScopes("notes/read", "notes/write"),
            _ => pool.ClientCredentialsToken("notes/read"),
        };

        // The tokens have different lengths, to cover each remainder of base64url, and are valid for longer than any run.
        return token.WithClaim("jti", new string('j', random.Next(1, 40))).WithLifetime(TimeSpan.FromDays(2));
    }

    private string Forge(Random random)
    {
        var token = random.Next(2) == 0 ? _pool.IdToken("mallory") : _pool.AccessToken("mallory");
        switch (random.Next(5))
        {
            case 0:
                return token.ForgedWith(_stranger.IdTokenKey);
            case 1:
                return token.SignedBy(_stranger.IdTokenKey);
            case 2:
                // A key of the other pool, which is trusted but not for this issuer.
                return token.SignedBy(_second.IdTokenKey);
            case 3:
                return _stranger.IdToken("mallory").WithClaim("aud", _pool.ClientId);
            default:
                var parts = token.WithHeader("alg", "HS256").ToString().Split('.');
                using (var hmac = new HMACSHA256(Encoding.ASCII.GetBytes(_pool.Jwks)))
                {
                    return $"{parts[0]}.{parts[1]}.{Encode(hmac.ComputeHash(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1])))}";
                }
        }
    }

    private static string FlipTextBit(Random random, string token)
    {
        if (token.Length == 0)
        {
            return "\u0001";
        }

        var text = token.ToCharArray();
        text[random.Next(text.Length)] ^= (char)(1 << random.Next(random.Next(8) == 0 ? 16 : 7));
        return new string(text);
    }

    private static string FlipByteBit(Random random, string token) => ChangeSegment(random, token, bytes =>
    {
        if (bytes.Count > 0)
        {
            bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8));
        }
    });

    private static string EditText(Random random, string token)
    {
        var text = new StringBuilder(token.Length > 0 ? token : ".");
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var place = random.Next(text.Length + 1);
            var c = random.Next(4) switch
            {
                0 => (char)random.Next(0x20, 0x7F),
                1 => (char)random.Next(0x10000),
                2 => '.',
                _ => TokenAlphabet[random.Next(64)],
            };
            switch (random.Next(3))
            {
                case 0:
                    text.Insert(place, c);
                    break;
                case 1 when place < text.Length:
                    text.Remove(place, 1);
                    break;
                default:
                    text[Math.Min(place, text.Length - 1)] = c;
                    break;
            }

            if (text.Length == 0)
            {
                text.Append('.');
            }
        }

        return text.ToString();
    }

    private static string EditBytes(Random random, string token) => ChangeSegment(random, token, bytes =>
    {
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            var place = random.Next(bytes.Count + 1);
            switch (random.Next(3))
            {
                case 0:
                    bytes.Insert(place, (byte)random.Next(256));
                    break;
                case 1 when place < bytes.Count:
                    bytes.RemoveAt(place);
                    break;
                case 2 when place < bytes.Count:
                    bytes[place] = (byte)random.Next(256);
                    break;
            }
        }
    });

    private static string Resize(Random random, string token) => random.Next(5) switch
    {
        0 => token.Substring(0, random.Next(token.Length + 1)),
        1 => token.Substring(random.Next(token.Length + 1)),
        2 => token + new string(TokenAlphabet[random.Next(64)], random.Next(1, 50)),
        3 => new string(TokenAlphabet[random.Next(64)], random.Next(1, 50)) + token,
        _ => token + new string('A', random.Next(1, 20_000)),
    };

    private static string Rearrange(Random random, string token)
    {
        var parts = token.Split('.').ToList();
        switch (random.Next(5))
        {
            case 0:
                parts = [.. parts.OrderBy(_ => random.Next())];
                break;
            case 1:
                parts.RemoveAt(random.Next(parts.Count));
                break;
            case 2:
                parts.Insert(random.Next(parts.Count + 1), parts[random.Next(parts.Count)]);
                break;
            case 3:
                parts[random.Next(parts.Count)] = "";
                break;
            default:
                parts.AddRange(parts.Take(2).ToArray());
                break;
        }

        return string.Join(".", parts);
    }

    private string Graft(Random random, string token)
    {
        var parts = token.Split('.');
        var others = (random.Next(4) == 0 ? Pick(random, _forged) : Pick(random, _valid)).Split('.');
        for (var times = random.Next(1, 3); times > 0; times--)
        {
            var place = random.Next(Math.Min(parts.Length, 3));
            parts[place] = others[place];
        }

        return string.Join(".", parts);
    }

    private static string EditHeader(Random random, string token) => ChangeJson(random, token, 0, header =>
    {
        string[] names = ["alg", "kid", "typ", "cty", "crit", "jwk", "jku", "x5u", "x5c", "b64", "enc", "zip", "p2c"];
        var name = names[random.Next(names.Length)];
        if (random.Next(5) == 0)
        {
            header.Remove(name);
        }
        else
        {
            header[name] = OddValue(random);
        }
    });

    private static string EditClaims(Random random, string token) => ChangeJson(random, token, 1, claims =>
    {
        var names = claims.Select(claim => claim.Key).Concat(["nbf", "aud", "client_id", "scope", "cognito:groups"]).ToArray();
        var name = names[random.Next(names.Length)];
        switch (random.Next(4))
        {
            case 0:
                claims.Remove(name);
                break;
            case 1 when claims[name] is JsonValue value && value.TryGetValue<long>(out var number):
                claims[name] = number + random.Next(-100_000, 100_000);
                break;
            case 1 when claims[name] is JsonValue value && value.TryGetValue<string>(out var text):
                claims[name] = FlipTextBit(random, text);
                break;
            default:
                claims[name] = OddValue(random);
                break;
        }
    });

    private static string EditJson(Random random, string token)
    {
        var parts = token.Split('.');
        var place = random.Next(Math.Min(2, parts.Length));
        if (TryDecode(parts[place]) is not { Length: > 1 } bytes)
        {
            return token + ".";
        }

        var json = Encoding.UTF8.GetString(bytes);
        parts[place] = Encode(Encoding.UTF8.GetBytes(random.Next(8) switch
        {
            0 => json.Insert(1, " "),
            1 => json + "\n",
            2 => json.Insert(1, "\"alg\":\"none\","),
            3 => json.Insert(json.Length - 1, ",\"iss\":\"https://evil.example\",\"\\u0069ss\":1"),
            4 => json.Insert(1, "/* */"),
            5 => json.Insert(json.Length - 1, ","),
            6 => json.Insert(1, "\"deep\":" + new string('[', random.Next(1, 3000)) + new string(']', random.Next(1, 3000)) + ","),
            _ => "\uFEFF" + json,
        }));
        return string.Join(".", parts);
    }

    private static string Reencode(Random random, string token)
    {
        var parts = token.Split('.');
        var place = random.Next(parts.Length);
        var part = parts[place];
        parts[place] = random.Next(9) switch
        {
            0 => part + new string('=', random.Next(1, 4)),
            1 => part.Replace('-', '+').Replace('_', '/') is var standard && standard != part ? standard : part + "+",
            2 => part.Insert(random.Next(part.Length + 1), "\n"),
            3 => part.Insert(random.Next(part.Length + 1), " "),
            4 => "%" + part,
            5 => Encode(Encoding.ASCII.GetBytes(part)),
            6 => part.Length > 0 ? part.Substring(0, part.Length - 1) + NextLetter(part[part.Length - 1]) : "A",
            7 => Encode(Encoding.Unicode.GetBytes(part)),
            _ => part.ToUpperInvariant() is var upper && upper != part ? upper : part + "a",
        };
        return string.Join(".", parts);
    }

    private string EditSignature(Random random, string token)
    {
        var parts = token.Split('.');
        var signature = TryDecode(parts[parts.Length - 1]) ?? [];
        var modulus = ToNumber(_pool.IdTokenKey.PublicParameters.Modulus);
        parts[parts.Length - 1] = Encode(random.Next(10) switch
        {
            0 => new byte[signature.Length],
            1 => [.. Enumerable.Repeat((byte)0xFF, signature.Length)],
            2 => [.. Enumerable.Reverse(signature)],
            3 => ToBytes(modulus - ToNumber(signature), 256),
            4 => ToBytes(modulus + ToNumber(signature), 257),
            5 => [0, .. signature],
            6 => [.. signature, 0],
            7 => [.. new byte[255], 1],
            8 => [],
            _ => RandomBytes(random, 256),
        });
        return string.Join(".", parts);
    }

    private static string RandomText(Random random)
    {
        var length = 1 << random.Next(15);
        var text = new StringBuilder(length);
        var alphabet = random.Next(4);
        while (text.Length < length)
        {
            text.Append(alphabet switch
            {
                0 => (char)random.Next(0x10000),
                1 => (char)random.Next(0x80),
                2 => '.',
                _ => random.Next(100) == 0 ? '.' : TokenAlphabet[random.Next(64)],
            });
        }

        return text.ToString();
    }

    private static string ChangeSegment(Random random, string token, Action<List<byte>> change)
    {
        var parts = token.Split('.');
        var place = random.Next(parts.Length);
        List<byte> bytes = [.. TryDecode(parts[place]) ?? []];
        change(bytes);
        parts[place] = Encode([.. bytes]);
        return string.Join(".", parts);
    }

    private static string ChangeJson(Random random, string token, int place, Action<JsonObject> change)
    {
        var parts = token.Split('.');
        if (parts.Length > place && TryParse(parts[place]) is { } json)
        {
            try
            {
                change(json);
                parts[place] = Encode(Encoding.UTF8.GetBytes(json.ToJsonString()));
            }
            catch (InvalidOperationException)
            {
                // An earlier change made the UTF-8 invalid. JsonNode reports it only now.
                parts[place] += "A";
            }
        }

        // Keep the old signature, remove it, or use another one of the right length.
        return string.Join(".", random.Next(6) switch
        {
            0 => [.. parts.Take(parts.Length - 1), ""],
            1 => [.. parts.Take(parts.Length - 1), Encode(RandomBytes(random, 256))],
            _ => parts,
        });
    }

    private static JsonObject? TryParse(string part)
    {
        try
        {
            var json = TryDecode(part) is { } bytes ? JsonNode.Parse(bytes) as JsonObject : null;

            // A JsonObject reads its members on the first access, and throws then if a name is a duplicate.
            _ = json?.Count;
            return json;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonNode? OddValue(Random random) => JsonSerializer.SerializeToNode(OddValues[random.Next(OddValues.Length)]);

    private static char NextLetter(char c) => TokenAlphabet[(TokenAlphabet.IndexOf(c) + 1) % 64];

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static BigInteger ToNumber(byte[] bigEndian) => new([.. Enumerable.Reverse(bigEndian), 0]);

    private static byte[] ToBytes(BigInteger number, int length)
    {
        var bytes = BigInteger.Abs(number).ToByteArray();
        Array.Resize(ref bytes, length);
        Array.Reverse(bytes);
        return bytes;
    }

    private static T Pick<T>(Random random, List<T> list) => list[random.Next(list.Count)];

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static byte[]? TryDecode(string part)
    {
        try
        {
            var padded = part.Replace('-', '+').Replace('_', '/');
            return Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private sealed class Endpoints(params CognitoTestPool[] pools) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker[] _endpoints = [.. pools.Select(pool => new HttpMessageInvoker(pool.JwksEndpoint, false))];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var place = Array.FindIndex(pools, pool => request.RequestUri!.AbsoluteUri.StartsWith(pool.Issuer + "/", StringComparison.Ordinal));
            return _endpoints[Math.Max(0, place)].SendAsync(request, cancellationToken);
        }
    }
}
