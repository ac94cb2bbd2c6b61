using System;
using System.Net.Http;

namespace CognitoOwin;

/// <summary>Sets how a user pool's public keys, its JWKS (RFC 7517 §5), are fetched and kept.</summary>
public sealed class CognitoKeysOptions
{
    /// <summary>
    /// Gets or sets whether fetched keys are kept. Default: <see langword="true"/>. If <see langword="false"/>, every validation
    /// fetches the keys again, and a failed fetch means 503. Requests that come at the same time share one fetch.
    /// </summary>
    public bool CachingEnabled { get; set; } = true;

    /// <summary>
    /// Gets or sets the age at which kept keys are fetched again in the background, while they stay in use: 1 second or more.
    /// Default: 24 hours.
    /// </summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Gets or sets the time between a fetch that failed, or that did not bring the key of a token, and the next fetch: 1 second
    /// to 1 hour. Default: 10 seconds. It keeps invented key ids from causing a flood of fetches. While no key of the pool is
    /// known, the time starts at 1 second and doubles up to this. It is also the interval of the limit for look-ups of
    /// <see cref="CognitoJwtAuthenticationOptions.UserPoolResolver"/>.
    /// </summary>
    public TimeSpan MinimumRefetchInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets how long keys stay in use while no fetch succeeds, and pools while
    /// <see cref="CognitoJwtAuthenticationOptions.UserPoolResolver"/> fails: at least <see cref="RefreshInterval"/>. Default: 7 days.
    /// </summary>
    public TimeSpan StaleLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Gets or sets the longest that a fetch may take, retry and body included, and the longest that a request waits for a fetch
    /// that is not due yet: 100 milliseconds to 1 minute. Default: 5 seconds. It also limits a look-up of
    /// <see cref="CognitoJwtAuthenticationOptions.UserPoolResolver"/>.
    /// </summary>
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets whether the keys are fetched when the application starts, so that the first request finds them, and whether
    /// the runtime compiles the code that reads tokens meanwhile. The start waits for neither, and a fetch that fails does not stop it.
    /// Default: <see langword="true"/>.
    /// </summary>
    public bool Prefetch { get; set; } = true;

    /// <summary>
    /// Gets or sets the proxy for the requests to user pools, fetches of keys and of profiles: an absolute <c>http</c> address without
    /// user name and password. Default (null): the proxy of <c>&lt;system.net&gt;&lt;defaultProxy&gt;</c> or of the system, if there
    /// is one. No credentials are sent to this proxy. For one that asks for them, set <see cref="HttpMessageHandler"/> instead.
    /// </summary>
    public Uri? Proxy { get; set; }

    /// <summary>
    /// Gets or sets the handler that sends the fetches, for your own TLS policy or a proxy that asks for credentials; it is not
    /// disposed. Default: a handler without redirects and cookies. A handler of your own that follows redirects loses that
    /// protection.
    /// </summary>
    public HttpMessageHandler? HttpMessageHandler { get; set; }

    /// <summary>Copies the options, so that later changes of this object have no effect on the copy.</summary>
    /// <returns>The copy.</returns>
    internal CognitoKeysOptions Copy() => (CognitoKeysOptions)MemberwiseClone();
}
