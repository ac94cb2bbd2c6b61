using System.Collections.Generic;

namespace CognitoOwin.Validation;

/// <summary>
/// Orders the revocations by their expiration, as a binary heap, so that neither adding nor removing one visits the others. The
/// caller has a lock.
/// </summary>
internal sealed class RevocationExpirations
{
    private readonly List<Item> _heap = [];

    public void Add(Item item)
    {
        // Move the parents down until the place of the item is found.
        _heap.Add(item);
        var place = _heap.Count - 1;
        while (place > 0 && _heap[(place - 1) / 2] is var parent && parent.ExpiresAt > item.ExpiresAt)
        {
            _heap[place] = parent;
            place = (place - 1) / 2;
        }

        _heap[place] = item;
    }

    /// <summary>Takes the revocation that expires first, if it has expired.</summary>
    /// <param name="now">The time now, in seconds since 1970.</param>
    /// <param name="item">The revocation.</param>
    /// <returns><see langword="true"/> if it has expired; otherwise, <see langword="false"/>.</returns>
    public bool TryTake(double now, out Item item)
    {
        item = default;
        if (_heap.Count == 0 || _heap[0].ExpiresAt > now)
        {
            return false;
        }

        item = _heap[0];
        var last = _heap[_heap.Count - 1];
        _heap.RemoveAt(_heap.Count - 1);
        if (_heap.Count > 0)
        {
            MoveDown(last);
        }

        return true;
    }

    // Moves the smaller children up, from the root, until the place of the item is found.
    private void MoveDown(Item item)
    {
        var place = 0;
        for (var child = 1; child < _heap.Count; child = (2 * place) + 1)
        {
            if (child + 1 < _heap.Count && _heap[child + 1].ExpiresAt < _heap[child].ExpiresAt)
            {
                child++;
            }

            if (_heap[child].ExpiresAt >= item.ExpiresAt)
            {
                break;
            }

            _heap[place] = _heap[child];
            place = child;
        }

        _heap[place] = item;
    }

    /// <summary>Names one revocation, and the time at which it expires, in seconds since 1970.</summary>
    public readonly struct Item(double expiresAt, PoolRevocations pool, RevocationKind kind, RevocationKey key)
    {
        public double ExpiresAt { get; } = expiresAt;

        public PoolRevocations Pool { get; } = pool;

        public RevocationKind Kind { get; } = kind;

        public RevocationKey Key { get; } = key;
    }
}
