using System;
using System.Collections.Generic;
using System.IO;
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
/// An OWIN pipeline and a host without a socket. At its end stands an application that asks for one claim of its user, and
/// answers 200 if there is one and 401 if not.
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

    /// <summary>Katana with nothing in it.</summary>
    public static Pipeline Empty() => new(_ => { });

    /// <summary>This library.</summary>
    public static Pipeline Ours(CognitoTestPool pool, Action<CognitoJwtAuthenticationOptions>? configure = null) =>
        new(app => app.UseCognitoJwt(options =>
        {
            pool.Configure(options);
            configure?.Invoke(options);
        }));

    /// <summary>What an application has that wires Katana's own bearer middleware to a user pool.</summary>
    public static Pipeline Katana(CognitoTestPool pool)
    {
        var keys = new CognitoIssuerSecurityKeyProvider(pool.UserPool, new CognitoKeysOptions { HttpMessageHandler = pool.JwksEndpoint });
        return new(app => app.UseJwtBearerAuthentication(new JwtBearerAuthenticationOptions
        {
            AllowedAudiences = [pool.ClientId],
            IssuerSecurityKeyProviders = [new KeyProvider(keys)],
        }));
    }

    /// <summary>Sends a request, and gives the status of its answer.</summary>
    public async Task<int> SendAsync(string? authorization)
    {
        var exchange = new Exchange(authorization);
        await _app(exchange.Environment).ConfigureAwait(false);
        return exchange.Complete();
    }

    /// <summary>Sends a request whose answer must be that of a user whose token is accepted.</summary>
    public void SendAccepted(string authorization)
    {
        if (SendAsync(authorization).GetAwaiter().GetResult() is not 200 and var status)
        {
            throw new InvalidOperationException($"The token was not accepted ({status}): nothing can be measured.");
        }
    }

    /// <summary>Sends so many requests, with one header after the other.</summary>
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

            // With room for what is added on the way: hosts have more keys, and none pays for the dictionary's growth.
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

    // Its keys as an application of Katana would hold them: fetched once.
    private sealed class KeyProvider(CognitoIssuerSecurityKeyProvider provider) : IIssuerSecurityKeyProvider
    {
        private readonly List<Microsoft.IdentityModel.Tokens.SecurityKey> _keys = [.. provider.SecurityKeys];

        public string Issuer => provider.Issuer;

        public IEnumerable<Microsoft.IdentityModel.Tokens.SecurityKey> SecurityKeys => _keys;
    }
}
