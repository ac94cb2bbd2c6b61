using StackExchange.Redis;

namespace CognitoOwin;

/// <summary>Says which Redis keeps the revocations. Set <see cref="Configuration"/> or <see cref="Connection"/>.</summary>
public sealed class CognitoRedisOptions
{
    /// <summary>
    /// Gets or sets the connection string of StackExchange.Redis, such as <c>redis.example.com:6379,ssl=true,password=…</c>
    /// (https://stackexchange.github.io/StackExchange.Redis/Configuration). It is never logged. The connection is made in the
    /// background, and again whenever it breaks; <c>abortConnect</c> is always false. <c>asyncTimeout</c> is 2 seconds unless it is set to
    /// another value than 5 seconds, the default of StackExchange.Redis.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>
    /// Gets or sets a connection of the application, which it opens and closes itself, for example one of Azure with Entra ID. Let it
    /// reconnect by itself: <c>AbortOnConnectFail</c> = <c>false</c>, and <c>BacklogPolicy.FailFast</c>, so that a revocation does not wait for
    /// Redis when it is down.
    /// </summary>
    public IConnectionMultiplexer? Connection { get; set; }

    /// <summary>
    /// Gets or sets how the names of the keys and the channel begin: 1 to 100 printable ASCII characters without spaces and braces. Default:
    /// <c>cognito-revocations</c>. Applications of the same user pools may share a prefix, and with it their revocations. Applications of
    /// different stages, such as test and production, need different ones.
    /// </summary>
    public string KeyPrefix { get; set; } = "cognito-revocations";
}
