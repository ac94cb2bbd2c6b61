using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using StackExchange.Redis;

namespace CognitoOwin.Redis;

/// <summary>
/// Keeps the revocations in Redis, by two scripts, which are atomic. A message on a channel tells the other servers that something has
/// changed. It is only a hint to read.
/// </summary>
internal sealed class RedisRevocationStore : ICognitoRevocationStore
{
    // Positions are microseconds since 1970.
    private const int LongestMessage = 16;
    private const long LastMoment = 253_402_300_799_999;
    private static readonly long KeepAfterExpiration = (long)TimeSpan.FromHours(1).TotalMilliseconds;

    private static readonly string ReadScript = LoadScript("state.lua") + LoadScript("read.lua");
    private static readonly string WriteScript = LoadScript("state.lua") + LoadScript("write.lua");

    private readonly string? _configurationText;
    private readonly ConfigurationOptions? _configuration;
    private readonly IConnectionMultiplexer? _given;
    private readonly string _prefix;
    private readonly RedisKey[] _keys;
    private readonly RedisChannel _channel;

    // A connection adds its prefix to what it subscribes, but not to the text in a script.
    private readonly string _channelOfScripts;

    // Guards what follows.
    private readonly object _gate = new();
    private readonly List<Action<CognitoRevocationStoreEvent>> _listeners = [];
    private Task<IConnectionMultiplexer>? _connection;

    public RedisRevocationStore(
        string? configurationText, ConfigurationOptions? configuration, IConnectionMultiplexer? connection, string prefix)
    {
        _configurationText = configurationText;
        _configuration = configuration;
        _given = connection;
        _prefix = prefix;

        // In a cluster, braces put the keys into one slot, as a script needs.
        _keys = [$"{{{prefix}}}:meta", $"{{{prefix}}}:entries", $"{{{prefix}}}:log", $"{{{prefix}}}:expiry"];
        _channel = RedisChannel.Literal($"{{{prefix}}}:changed");
        _channelOfScripts = (string?)(configuration ?? CognitoRedisExtensions.TryParse(connection!.Configuration))?.ChannelPrefix + (string?)_channel;
    }

    public IDisposable Subscribe(Action<CognitoRevocationStoreEvent> listener)
    {
        lock (_gate)
        {
            _listeners.Add(listener);
        }

        return new Subscription(() => Unsubscribe(listener));
    }

    public async Task<CognitoRevocationPage> ReadAsync(long position, int maximumCount, CancellationToken cancellationToken)
    {
        var values = (RedisValue[]?)await EvaluateAsync(ReadScript, [NewId(), _channelOfScripts, position, maximumCount]).ConfigureAwait(false);
        if (values is not { Length: >= 5 } || (values.Length - 5) % 3 != 0)
        {
            throw new RedisException("Redis answered with something else than the script returns.");
        }

        var revocations = new List<CognitoStoredRevocation>((values.Length - 5) / 3);
        var ignored = (int)Read(values[4], int.MaxValue);
        for (var i = 5; i < values.Length; i += 3)
        {
            var (moment, expiresAt) = (Read(values[i + 1], long.MaxValue), Read(values[i + 2], long.MaxValue));
            if (moment > LastMoment || expiresAt > LastMoment)
            {
                ignored++;
                continue;
            }

            revocations.Add(new CognitoStoredRevocation(
                values[i].ToString(), DateTimeOffset.FromUnixTimeMilliseconds(moment), DateTimeOffset.FromUnixTimeMilliseconds(expiresAt)));
        }

        return new CognitoRevocationPage(
            values[0].ToString(),
            TimeSpan.FromMilliseconds(Read(values[1], LastMoment)),
            revocations,
            Read(values[2], long.MaxValue),
            values[3] == "1")
        {
            Ignored = ignored,
        };
    }

    public Task WriteAsync(IReadOnlyList<CognitoStoredRevocation> revocations, CancellationToken cancellationToken)
    {
        var arguments = new RedisValue[3 + (3 * revocations.Count)];
        arguments[0] = NewId();
        arguments[1] = _channelOfScripts;
        arguments[2] = KeepAfterExpiration;
        var i = 3;
        foreach (var revocation in revocations)
        {
            arguments[i++] = revocation.Key;
            arguments[i++] = revocation.Moment.ToUnixTimeMilliseconds();
            arguments[i++] = revocation.ExpiresAt.ToUnixTimeMilliseconds();
        }

        return EvaluateAsync(WriteScript, arguments);
    }

    // Two middlewares with the same settings share the revocations and one connection, that of the first.
    public override bool Equals(object? obj) => obj is RedisRevocationStore other
        && _prefix == other._prefix && _configurationText == other._configurationText && _given == other._given;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_prefix);

    private static string NewId() => Guid.NewGuid().ToString("N");

    private static long Read(RedisValue value, long maximum) =>
        long.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= maximum
            ? number
            : throw new RedisException("Redis answered with something else than the script returns.");

    private static string LoadScript(string name)
    {
        using var reader = new StreamReader(typeof(RedisRevocationStore).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private async Task<RedisResult> EvaluateAsync(string script, RedisValue[] arguments)
    {
        var connection = await ConnectAsync().ConfigureAwait(false);

        // The text of the script, and not its hash, because a Redis that was restarted does not know the hash.
        return await connection.GetDatabase().ScriptEvaluateAsync(
            script, _keys, arguments, CommandFlags.DemandMaster | CommandFlags.NoScriptCache).ConfigureAwait(false);
    }

    private Task<IConnectionMultiplexer> ConnectAsync()
    {
        lock (_gate)
        {
            if (_listeners.Count == 0)
            {
                return Task.FromException<IConnectionMultiplexer>(new ObjectDisposedException(nameof(RedisRevocationStore)));
            }

            return _connection is { IsFaulted: false, IsCanceled: false } connection ? connection : _connection = OpenAsync();
        }
    }

    private async Task<IConnectionMultiplexer> OpenAsync()
    {
        var connection = _given ?? await ConnectionMultiplexer.ConnectAsync(_configuration!.Clone()).ConfigureAwait(false);
        connection.ConnectionRestored += OnConnectionRestored;

        // Without a connection, the subscription is made later. Without the right to subscribe, the interval still reads.
        _ = connection.GetSubscriber().SubscribeAsync(_channel, OnMessage)
            .ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return connection;
    }

    private void OnConnectionRestored(object? sender, ConnectionFailedEventArgs e) => Report(CognitoRevocationStoreEvent.Reconnected);

    // Everybody who can reach Redis may write to the channel. Our messages are positions.
    private void OnMessage(RedisChannel channel, RedisValue message)
    {
        var isOurs = message.Length() is > 0 and <= LongestMessage
            && long.TryParse(message.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        Report(isOurs ? CognitoRevocationStoreEvent.Changed : CognitoRevocationStoreEvent.MessageIgnored);
    }

    private void Report(CognitoRevocationStoreEvent storeEvent)
    {
        Action<CognitoRevocationStoreEvent>[] listeners;
        lock (_gate)
        {
            listeners = [.. _listeners];
        }

        foreach (var listener in listeners)
        {
            listener(storeEvent);
        }
    }

    private void Unsubscribe(Action<CognitoRevocationStoreEvent> listener)
    {
        Task<IConnectionMultiplexer>? connection;
        lock (_gate)
        {
            if (!_listeners.Remove(listener) || _listeners.Count > 0)
            {
                return;
            }

            connection = _connection;
            _connection = null;
        }

        connection?.ContinueWith(CloseAsync, CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    private async Task CloseAsync(Task<IConnectionMultiplexer> opened)
    {
        var connection = await opened.ConfigureAwait(false);
        connection.ConnectionRestored -= OnConnectionRestored;
        if (connection == _given)
        {
            await connection.GetSubscriber().UnsubscribeAsync(_channel, OnMessage).ConfigureAwait(false);
        }
        else
        {
            // DisposeAsync would fail on .NET, whose IAsyncDisposable is not that of .NET Framework's package.
            await connection.CloseAsync().ConfigureAwait(false);
            connection.Dispose();
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
