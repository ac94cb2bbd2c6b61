using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Security.Claims;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.Owin.Builder;
using Microsoft.Owin.BuilderProperties;
using Microsoft.Owin.Security.Jwt;
using Owin;
using AppFunc = System.Func<System.Collections.Generic.IDictionary<string, object>, System.Threading.Tasks.Task>;

namespace CognitoOwin.Bench;

/// <summary>
/// An OWIN pipeline with a host without a socket. Its application reads one claim of the user and answers 200 if there is a user, or
/// 401 if there is none.
/// </summary>
internal sealed class Pipeline : IDisposable
{
    private static readonly Task Done = Task.FromResult(0);

    private readonly CancellationTokenSource _disposing = new();
    private readonly AppFunc _app;

    private Pipeline(Action<IAppBuilder> configure)
    {
        var builder = new AppBuilder();
        _ = new AppProperties(builder.Properties) { OnAppDisposing = _disposing.Token, TraceOutput = TextWriter.Null };
        configure(builder);
        builder.Run(context =>
        {
            var subject = (context.Request.User as ClaimsPrincipal)?.FindFirst(ClaimTypes.NameIdentifier);
            context.Response.StatusCode = subject == null ? 401 : 200;
            return Done;
        });
        _app = builder.Build();
    }

    /// <summary>Creates a Katana pipeline without a middleware.</summary>
    public static Pipeline Empty() => new(_ => { });

    /// <summary>Creates a pipeline whose every request gets a user with copies of these claims.</summary>
    public static Pipeline ClaimsOnly(IEnumerable<Claim> claims) =>
        new(app => app.Use<ClaimsOnlyMiddleware>(new ClaimsOnlyMiddleware.ClaimsOnlyOptions(claims)));

    /// <summary>Creates a pipeline with this library.</summary>
    public static Pipeline Ours(CognitoTestPool pool, Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        Ours(options =>
        {
            pool.Configure(options);
            configure?.Invoke(options);
        });

    /// <summary>Creates a pipeline with this library.</summary>
    public static Pipeline Ours(Action<CognitoJwtAuthenticationOptions> configure) => new(app => app.UseCognitoJwt(configure));

    /// <summary>Creates a pipeline with Katana's own bearer middleware, configured for a user pool.</summary>
    public static Pipeline Katana(CognitoUserPool pool, HttpMessageHandler jwksEndpoint)
    {
        var keys = new CognitoIssuerSecurityKeyProvider(pool, new CognitoKeysOptions { HttpMessageHandler = jwksEndpoint });
        return new(app => app.UseJwtBearerAuthentication(new JwtBearerAuthenticationOptions
        {
            AllowedAudiences = pool.ClientIds,
            IssuerSecurityKeyProviders = [new KeyProvider(keys)],
        }));
    }

    /// <summary>Sends a request and returns the status of the answer.</summary>
    public async Task<int> SendAsync(string? authorization)
    {
        var exchange = new Exchange(authorization);
        await _app(exchange.Environment).ConfigureAwait(false);
        return exchange.Complete();
    }

    /// <summary>Sends a request whose token must be accepted.</summary>
    public void SendAccepted(string authorization)
    {
        if (SendAsync(authorization).GetAwaiter().GetResult() is not 200 and var status)
        {
            throw new InvalidOperationException($"The token was not accepted ({status}), so the measurement would not be valid.");
        }
    }

    /// <summary>Sends this number of requests, each with the next header.</summary>
    public void SendAccepted(string[] headers, int count)
    {
        for (var i = 0; i < count; i++)
        {
            SendAccepted(headers[i % headers.Length]);
        }
    }

    /// <summary>Sends a request without a token.</summary>
    public void SendAnonymous() => SendAsync(null).GetAwaiter().GetResult();

    public void Dispose()
    {
        _disposing.Cancel();
        _disposing.Dispose();
    }

    private sealed class Exchange
    {
        private static readonly string[] Host = ["api.example.test"];

        private readonly List<(Action<object> Callback, object State)> _sendingHeaders = [];

        public Exchange(string? authorization)
        {
            var headers = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase) { ["Host"] = Host };
            if (authorization != null)
            {
                headers["Authorization"] = [authorization];
            }

            // The capacity includes the keys that middlewares add. A host has more keys, so its dictionary does not grow either.
            Environment = new Dictionary<string, object>(32, StringComparer.Ordinal)
            {
                ["owin.Version"] = "1.0",
                ["owin.CallCancelled"] = CancellationToken.None,
                ["owin.RequestMethod"] = "GET",
                ["owin.RequestScheme"] = "https",
                ["owin.RequestProtocol"] = "HTTP/1.1",
                ["owin.RequestPathBase"] = "",
                ["owin.RequestPath"] = "/api/me",
                ["owin.RequestQueryString"] = "",
                ["owin.RequestHeaders"] = headers,
                ["owin.RequestBody"] = Stream.Null,
                ["owin.ResponseHeaders"] = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase),
                ["owin.ResponseBody"] = Stream.Null,
                ["server.OnSendingHeaders"] =
                    new Action<Action<object>, object>((callback, state) => _sendingHeaders.Add((callback, state))),
            };
        }

        public Dictionary<string, object> Environment { get; }

        public int Complete()
        {
            for (var i = _sendingHeaders.Count - 1; i >= 0; i--)
            {
                var (callback, state) = _sendingHeaders[i];
                callback(state);
            }

            return Environment.TryGetValue("owin.ResponseStatusCode", out var status) ? (int)status : 200;
        }
    }

    // The keys are fetched once, as an application with Katana's middleware does.
    private sealed class KeyProvider(CognitoIssuerSecurityKeyProvider provider) : IIssuerSecurityKeyProvider
    {
        private readonly List<Microsoft.IdentityModel.Tokens.SecurityKey> _keys = [.. provider.SecurityKeys];

        public string Issuer => provider.Issuer;

        public IEnumerable<Microsoft.IdentityModel.Tokens.SecurityKey> SecurityKeys => _keys;
    }
}
