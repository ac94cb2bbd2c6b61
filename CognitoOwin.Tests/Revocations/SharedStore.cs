using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Tests.Revocations;

/// <summary>
/// A store in memory, as <see cref="ICognitoRevocationStore"/> describes it, which several servers share. Each has its own
/// <see cref="StoreConnection"/>. A test can lose, remove, add and change what it has, as no server does.
/// </summary>
internal sealed class SharedStore(TimeProvider clock)
{
    private readonly SortedDictionary<long, string> _log = [];
    private readonly Dictionary<string, (CognitoStoredRevocation Revocation, long Position)> _entries = new(StringComparer.Ordinal);
    private readonly List<StoreConnection> _connections = [];
    private string _dataId = "1";
    private DateTimeOffset _created = clock.GetUtcNow().AddDays(-1);
    private long _last;

    /// <summary>Gets or sets whether the messages to the other servers are lost.</summary>
    public bool LosesMessages { get; set; }

    public int Count
    {
        get
        {
            lock (_log)
            {
                return _entries.Count;
            }
        }
    }

    public StoreConnection Connect(Func<CancellationToken, Task>? fault = null)
    {
        var connection = new StoreConnection(this) { Fault = fault };
        lock (_log)
        {
            _connections.Add(connection);
        }

        return connection;
    }

    public CognitoStoredRevocation? Find(string key)
    {
        lock (_log)
        {
            return _entries.TryGetValue(key, out var entry) ? entry.Revocation : null;
        }
    }

    /// <summary>Loses everything, as a restart without the data does.</summary>
    public void Lose()
    {
        lock (_log)
        {
            _entries.Clear();
            _log.Clear();
            _dataId += "1";
            _created = clock.GetUtcNow();
            _last = 0;
        }
    }

    /// <summary>Removes one entry, of which nothing tells the servers.</summary>
    public void Remove(string key)
    {
        lock (_log)
        {
            _log.Remove(_entries[key].Position);
            _entries.Remove(key);
        }
    }

    /// <summary>Goes back to an earlier state, as a replica that lacks the latest entries.</summary>
    public void GoBack(int entries)
    {
        lock (_log)
        {
            foreach (var latest in _log.Reverse().Take(entries).ToList())
            {
                _log.Remove(latest.Key);
                _entries.Remove(latest.Value);
            }

            _last = _log.Keys.LastOrDefault();
        }
    }

    /// <summary>Writes an entry without merging, as an attacker does.</summary>
    public void Put(CognitoStoredRevocation revocation)
    {
        lock (_log)
        {
            if (_entries.TryGetValue(revocation.Key, out var known))
            {
                _log.Remove(known.Position);
            }

            _entries[revocation.Key] = (revocation, ++_last);
            _log[_last] = revocation.Key;
        }
    }

    public void Send(CognitoRevocationStoreEvent storeEvent)
    {
        StoreConnection[] connections;
        lock (_log)
        {
            connections = [.. _connections];
        }

        foreach (var connection in connections)
        {
            connection.Receive(storeEvent);
        }
    }

    internal CognitoRevocationPage Read(long position, int maximumCount)
    {
        lock (_log)
        {
            var from = position > _last ? 0 : position;
            var found = _log.Where(pair => pair.Key > from).Take(maximumCount + 1).ToList();
            var page = found.Take(maximumCount).ToList();
            return new CognitoRevocationPage(
                _dataId,
                clock.GetUtcNow() - _created,
                [.. page.Select(pair => _entries[pair.Value].Revocation)],
                page.Count == 0 ? from : page[page.Count - 1].Key,
                found.Count > maximumCount);
        }
    }

    internal void Write(IEnumerable<CognitoStoredRevocation> revocations)
    {
        lock (_log)
        {
            foreach (var revocation in revocations)
            {
                var known = _entries.TryGetValue(revocation.Key, out var entry) ? entry.Revocation : revocation;
                var merged = new CognitoStoredRevocation(
                    revocation.Key, Latest(known.Moment, revocation.Moment), Latest(known.ExpiresAt, revocation.ExpiresAt));
                if (entry.Revocation == null || merged.Moment != known.Moment || merged.ExpiresAt != known.ExpiresAt)
                {
                    Put(merged);
                }
            }
        }

        if (!LosesMessages)
        {
            Send(CognitoRevocationStoreEvent.Changed);
        }
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one < other ? other : one;
}
