using System;
using System.Net.Http;

namespace CognitoOwin;

/// <summary>How a user pool's public keys, its JWKS (RFC 7517 §5), are fetched and kept.</summary>
public sealed class CognitoKeysOptions
{
    /// <summary>
    /// Whether fetched keys are kept. Default: <see langword="true"/>. Without it every validation fetches them anew, and one that
    /// cannot fails with 503; requests that come at the same time share one fetch.
    /// </summary>
    public bool CachingEnabled { get; set; } = true;

    /// <summary>
    /// The age at which kept keys are fetched again, in the background, while they go on serving: 1 second or more.
    /// Default: 24 hours.
    /// </summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long after a fetch that failed, or that did not bring the key a token asked for, the next one must wait:
    /// 1 second to 1 hour. Default: 10 seconds. It is what keeps invented key ids from becoming a flood of fetches.
    /// </summary>
    public TimeSpan MinimumRefetchInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long keys go on serving when no fetch succeeds: at least <see cref="RefreshInterval"/>. Default: 7 days.
    /// </summary>
    public TimeSpan StaleLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The longest a fetch may take, retry and body included: 100 milliseconds to 1 minute. Default: 5 seconds.</summary>
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether the keys are fetched when the application starts, without holding the start up, so that the first request
    /// finds them. Default: <see langword="false"/>.
    /// </summary>
    public bool Prefetch { get; set; }

    /// <summary>
    /// The handler that fetches go through, for a proxy or an own TLS policy; it is not disposed. Default: one without
    /// redirects and cookies. An own handler that follows redirects gives that protection up.
    /// </summary>
    public HttpMessageHandler? HttpMessageHandler { get; set; }
}
