using System;
using System.Collections.Generic;
using CognitoOwin.Keys;

namespace CognitoOwin.Validation;

/// <summary>Remembers for a short time which look-ups of user pools found no pool, so that they are not repeated at once.</summary>
internal sealed class FailedPoolLookups(TimeProvider time)
{
    // Anyone can invent pool ids.
    private const int MaximumEntries = 1000;

    private readonly Dictionary<string, (bool IsUnknown, long Until)> _entries = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Remembers a look-up. If there are too many, forgets the oldest.</summary>
    /// <param name="id">The id of the pool.</param>
    /// <param name="isUnknown">
    /// Whether the application does not have the pool; otherwise, the application could not tell.
    /// </param>
    /// <param name="lifetime">How long to remember it.</param>
    public void Add(string id, bool isUnknown, TimeSpan lifetime)
    {
        if (!_entries.ContainsKey(id))
        {
            _order.Enqueue(id);
            if (_order.Count > MaximumEntries)
            {
                _entries.Remove(_order.Dequeue());
            }
        }

        _entries[id] = (isUnknown, time.GetTimestamp() + time.ToTimestampUnits(lifetime));
    }

    /// <summary>Finds a look-up that is remembered.</summary>
    /// <param name="id">The id of the pool.</param>
    /// <returns>Its result; null if the pool must be looked up.</returns>
    public PoolLookup? Find(string id)
    {
        var now = time.GetTimestamp();
        if (!_entries.TryGetValue(id, out var entry) || entry.Until <= now)
        {
            return null;
        }

        return entry.IsUnknown ? PoolLookup.Unknown : PoolLookup.ReportUnavailable(time.GetElapsedTime(now, entry.Until));
    }
}
