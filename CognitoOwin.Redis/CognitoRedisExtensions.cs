using System;
using System.Linq;
using CognitoOwin.Redis;
using StackExchange.Redis;

namespace CognitoOwin;

/// <summary>Shares revocations through Redis: <c>options.Revocations.UseRedis("redis.example.com:6379")</c>.</summary>
public static class CognitoRedisExtensions
{
    /// <summary>Keeps the revocations in Redis 5 or later, or a server that is compatible with it, such as Valkey.</summary>
    /// <param name="revocations">The settings, which get a <see cref="CognitoRevocationsOptions.Store"/>.</param>
    /// <param name="configuration">See <see cref="CognitoRedisOptions.Configuration"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="revocations"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="configuration"/> is null, as that of a missing key of <c>appSettings</c>, or empty, or not a connection string.
    /// </exception>
    public static void UseRedis(this CognitoRevocationsOptions revocations, string? configuration) =>
        revocations.UseRedis(options => options.Configuration = configuration);

    /// <summary>Keeps the revocations in Redis 5 or later, with settings of its own.</summary>
    /// <param name="revocations">The settings, which get a <see cref="CognitoRevocationsOptions.Store"/>.</param>
    /// <param name="configure">Sets which Redis.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">
    /// Neither <see cref="CognitoRedisOptions.Configuration"/> nor <see cref="CognitoRedisOptions.Connection"/> is set, or both are, or a value
    /// is wrong. The message does not show a connection string.
    /// </exception>
    public static void UseRedis(this CognitoRevocationsOptions revocations, Action<CognitoRedisOptions> configure)
    {
        if (revocations == null)
        {
            throw new ArgumentNullException(nameof(revocations));
        }

        var options = new CognitoRedisOptions();
        (configure ?? throw new ArgumentNullException(nameof(configure)))(options);
        if (options.KeyPrefix is not { Length: > 0 and <= 100 } prefix || !prefix.All(c => c is > ' ' and <= '~' and not ('{' or '}')))
        {
            throw new ArgumentException(
                "UseRedis: KeyPrefix has 1 to 100 printable ASCII characters, and no spaces or braces.", nameof(configure));
        }

        if (string.IsNullOrWhiteSpace(options.Configuration) == (options.Connection == null))
        {
            throw new ArgumentException(
                "UseRedis needs a Configuration, such as redis.example.com:6379, or a Connection, and not both.", nameof(configure));
        }

        revocations.Store = new RedisRevocationStore(
            options.Configuration, options.Connection == null ? Parse(options.Configuration!) : null, options.Connection, prefix);
    }

    /// <summary>Reads a connection string. No exception shows a part of it.</summary>
    /// <param name="configuration">The connection string.</param>
    /// <returns>The options; null if it is not a connection string.</returns>
    internal static ConfigurationOptions? TryParse(string configuration)
    {
        try
        {
            return ConfigurationOptions.Parse(configuration);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            // The exception is dropped: it may show a part of a password, for example one with a comma.
            return null;
        }
    }

    private static ConfigurationOptions Parse(string configuration)
    {
        if (TryParse(configuration) is not { EndPoints.Count: > 0 } options)
        {
            throw new ArgumentException(
                "UseRedis: the Configuration is not a connection string of StackExchange.Redis. Expected host:port, then options such as "
                + "ssl=true, with commas between them. (It is not shown here, because it may have a password.)",
                nameof(configuration));
        }

        // If Redis is down at the start, the connection is made when it is back.
        options.AbortOnConnectFail = false;

        // A command fails at once while there is no connection. What is not written is written later.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ReconnectRetryPolicy = new LinearRetry(1000);
        if (options.AsyncTimeout == 5000)
        {
            // A connection that hangs is given up after four of these.
            options.AsyncTimeout = 2000;
        }

        options.ClientName ??= "CognitoOwin";
        return options;
    }
}
