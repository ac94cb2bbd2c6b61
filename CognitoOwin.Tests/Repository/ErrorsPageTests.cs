using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Hosting;
using CognitoOwin.Tests.Requests;
using CognitoOwin.Tests.Revocations;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Repository;

/// <summary>Compares docs/errors.md with the library: the name of each rejection and the response that a client gets.</summary>
[TestClass]
public sealed class ErrorsPageTests
{
    private static readonly Dictionary<string, Section> Page = ReadPage();

    [TestMethod]
    public void Page_has_a_section_for_each_rejection_in_the_order_of_the_rules()
    {
        var names = Enum.GetNames(typeof(TokenRejection)).Where(name => name != nameof(TokenRejection.None));

        Assert.AreEqual(string.Join("\n", names), string.Join("\n", Page.Keys));
    }

    [TestMethod]
    public void Each_section_gives_meaning_cause_and_cure()
    {
        foreach (var section in Page)
        {
            foreach (var heading in new[] { "What it means", "Usual cause", "Cure" })
            {
                Assert.IsTrue(Regex.IsMatch(section.Value.Text, $@"^\*\*{heading}\.\*\* \S.+", RegexOptions.Multiline), $"{section.Key}: {heading}");
            }
        }
    }

    public static IEnumerable<object[]> Rejections =>
        Enum.GetValues(typeof(TokenRejection)).Cast<TokenRejection>().Where(rejection => rejection != TokenRejection.None).Select(rejection => new object[] { rejection });

    [TestMethod]
    [DynamicData(nameof(Rejections))]
    public async Task Client_sees_what_the_page_says(TokenRejection rejection)
    {
        using var pool = new CognitoTestPool();
        var reported = new List<(TokenRejection, string)>();
        var request = CreateRejectedRequest(rejection, pool);
        using var host = ProtectedApp.Start(pool, options =>
        {
            request.Configure(options);
            options.Provider.OnAuthenticationFailed = context =>
            {
                reported.Add((context.Rejection, context.Description));
                return Task.CompletedTask;
            };
        });

        var response = await host.SendAsync(CreateRequest(rejection, request.Token));

        var section = Page[rejection.ToString()];
        Assert.AreEqual((rejection, section.Description), reported.Single());
        Assert.AreEqual(section.Status, response.StatusCode);
        var scope = rejection switch
        {
            TokenRejection.ScopeMissing => ", scope=\"notes/read\"",
            TokenRejection.UserInfoScopeMissing => ", scope=\"openid\"",
            _ => "",
        };
        Assert.AreEqual(
            section.Error == "none" ? null : $"Bearer realm=\"api\", error=\"{section.Error}\", error_description=\"{section.Description}\"{scope}",
            response.Header("WWW-Authenticate"));
        Assert.AreEqual(section.Status == 503, response.Header("Retry-After") != null);
    }

    private static OwinTestRequest CreateRequest(TokenRejection rejection, string token) => rejection switch
    {
        TokenRejection.SchemeMissing => new("GET", "/") { Authorization = token },
        TokenRejection.SpaceMissing => new("GET", "/") { Authorization = "Bearer" + token },
        TokenRejection.SeveralTokens => new("GET", "/") { Headers = { ["x-amzn-oidc-accesstoken"] = [token, token] } },
        TokenRejection.CrossSiteRequest => new("POST", "/") { Headers = { ["x-amzn-oidc-accesstoken"] = [token] } },
        _ => new("GET", "/") { Authorization = "Bearer " + token },
    };

    private static (string Token, Action<CognitoJwtAuthenticationOptions> Configure) CreateRejectedRequest(TokenRejection rejection, CognitoTestPool pool)
    {
        Action<CognitoJwtAuthenticationOptions> configure = _ => { };
        var token = pool.IdToken();
        string? text = null;
        switch (rejection)
        {
            case TokenRejection.MalformedRequest:
                text = "";
                break;
            case TokenRejection.SchemeMissing or TokenRejection.SpaceMissing:
                break;
            case TokenRejection.SeveralTokens or TokenRejection.CrossSiteRequest:
                configure = options => options.AcceptLoadBalancerToken = true;
                break;
            case TokenRejection.TokenTooLong:
                text = new string('A', 20_000);
                break;
            case TokenRejection.NotAJws:
                text = "undefined";
                break;
            case TokenRejection.Encrypted:
                text = "a.b.c.d.e";
                break;
            case TokenRejection.MalformedEncoding:
                text = token + "=";
                break;
            case TokenRejection.MalformedHeader:
                text = CognitoTestToken.Sign("[]", "{}", pool.IdTokenKey);
                break;
            case TokenRejection.AlgorithmNotAllowed:
                token.WithHeader("alg", "none");
                break;
            case TokenRejection.CriticalExtension:
                token.WithHeader("crit", new[] { "exp" });
                break;
            case TokenRejection.KeyIdMissing:
                token.WithoutHeader("kid");
                break;
            case TokenRejection.MalformedPayload:
                text = CognitoTestToken.Sign($$"""{"alg":"RS256","kid":"{{pool.IdTokenKey.Id}}"}""", "[]", pool.IdTokenKey);
                break;
            case TokenRejection.TooManyMembers:
                token.WithClaim("address", Enumerable.Range(0, 600).ToDictionary(i => "m" + i));
                break;
            case TokenRejection.TooDeep:
                token.WithClaim("address", Enumerable.Range(0, 20).Aggregate<int, object>(1, (inner, _) => new[] { inner }));
                break;
            case TokenRejection.UnknownIssuer:
                token.WithClaim("iss", "https://other.example");
                break;
            case TokenRejection.ExpirationMissing:
                token.WithoutClaim("exp");
                break;
            case TokenRejection.MalformedDate:
                token.WithClaim("exp", "tomorrow");
                break;
            case TokenRejection.Expired:
                token.WithLifetime(TimeSpan.FromHours(-1));
                break;
            case TokenRejection.NotYetValid:
                token.WithClaim("nbf", 9_000_000_000L);
                break;
            case TokenRejection.IssuedInTheFuture:
                token.WithClaim("iat", 9_000_000_000L);
                break;
            case TokenRejection.UnknownTokenUse:
                token.WithClaim("token_use", "refresh");
                break;
            case TokenRejection.TokenUseNotAccepted:
                configure = options => options.TokenUse = CognitoTokenUse.Access;
                break;
            case TokenRejection.AudienceNotAccepted:
                token.WithClaim("aud", "other");
                break;
            case TokenRejection.ClientIdNotAccepted:
                token = pool.AccessToken().WithClaim("client_id", "other");
                break;
            case TokenRejection.ResourceNotAccepted:
                token = pool.AccessToken().WithClaim("aud", "https://billing.example.com");
                break;
            case TokenRejection.UserPoolUnavailable:
                configure = options =>
                {
                    options.UserPools = [];
                    options.UserPoolResolver = (_, _) => throw new InvalidOperationException("The database is down.");
                };
                break;
            case TokenRejection.KeysUnavailable:
                pool.FailJwks(HttpStatusCode.BadGateway);
                break;
            case TokenRejection.UnknownKey:
                token.SignedBy(TestSigningKey.Create());
                break;
            case TokenRejection.InvalidSignature:
                token.ForgedWith(TestSigningKey.Create());
                break;
            case TokenRejection.MalformedClaim:
                token.WithClaim("sub", 1);
                break;
            case TokenRejection.ScopeMissing:
                token = pool.AccessToken();
                configure = options => options.RequiredScopes = ["notes/read"];
                break;
            case TokenRejection.GroupMissing:
                configure = options => options.RequiredGroups = ["staff"];
                break;
            case TokenRejection.Revoked:
                configure = options =>
                {
                    // The token does not need to be known for this.
                    options.Revocations.List = new CognitoRevocationList();
                    pool.Configure(options);
                    using var validator = new CognitoTokenValidator(options);
                    validator.Revocations.RevokeTokenAsync(pool.UserPool.UserPoolId!, "stolen", DateTimeOffset.UtcNow.AddHours(1)).Wait();
                };
                token.WithClaim("jti", "stolen");
                break;
            case TokenRejection.RevocationsUnavailable:
                configure = options => options.Revocations.Store =
                    new SharedStore(TimeProvider.System).Connect(_ => throw new InvalidOperationException("The store is down."));
                break;
            case TokenRejection.UserInfoScopeMissing:
                token = pool.AccessToken();
                configure = ConfigureUserInfo(pool, HttpStatusCode.OK, "{}");
                break;
            case TokenRejection.UserInfoUnavailable:
                token = pool.AccessToken().WithScopes("openid");
                configure = ConfigureUserInfo(pool, HttpStatusCode.BadGateway, "");
                break;
            case TokenRejection.UserNotActive:
                token = pool.AccessToken().WithScopes("openid");
                configure = ConfigureUserInfo(pool, HttpStatusCode.Unauthorized, "");
                break;
            case TokenRejection.UserInfoMismatch:
                token = pool.AccessToken().WithScopes("openid");
                configure = ConfigureUserInfo(pool, HttpStatusCode.OK, """{"sub":"another"}""");
                break;
            case TokenRejection.RejectedByApplication:
                configure = options => options.Provider.OnTokenValidated = context =>
                {
                    context.Reject("");
                    return Task.CompletedTask;
                };
                break;
            case TokenRejection.ProvisioningFailed:
                configure = options => options.Provider.OnProvisionUser = _ => throw new InvalidOperationException("The database is down.");
                break;
            default:
                Assert.Fail($"This test does not know how to cause {rejection}.");
                break;
        }

        return (text ?? token, configure);
    }

    private static Action<CognitoJwtAuthenticationOptions> ConfigureUserInfo(CognitoTestPool pool, HttpStatusCode status, string answer)
    {
        pool.UserPool.Domain = new Uri("https://example.auth.eu-west-1.amazoncognito.com");
        return options =>
        {
            options.UserInfo = CognitoUserInfo.OidcUserInfo;
            options.UserInfoHttpMessageHandler = new FixedResponseHandler(status, answer);
        };
    }

    private static Dictionary<string, Section> ReadPage()
    {
        var sections = Regex.Split(File.ReadAllText(RepositoryFiles.PathOf("docs/errors.md")), @"^## ", RegexOptions.Multiline).Skip(1);
        return sections.ToDictionary(text => text.Substring(0, text.IndexOf('\n')).Trim(), text => new Section(text), StringComparer.Ordinal);
    }

    private sealed class FixedResponseHandler(HttpStatusCode status, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body) });
    }

    private sealed class Section
    {
        public Section(string text)
        {
            Text = text;
            var row = Regex.Match(text, @"^\| (?<status>\d{3}) \| `?(?<error>\w+)`? \| (?<description>.+) \|\r?$", RegexOptions.Multiline);
            Status = int.Parse(row.Groups["status"].Value, CultureInfo.InvariantCulture);
            Error = row.Groups["error"].Value;
            Description = row.Groups["description"].Value;
        }

        public string Text { get; }

        public int Status { get; }

        public string Error { get; }

        public string Description { get; }
    }
}
