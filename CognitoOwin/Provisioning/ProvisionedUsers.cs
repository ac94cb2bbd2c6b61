using System;
using System.Collections.Generic;
using System.Linq;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Finds the one <see cref="ProvisionedUser"/> of a user. It holds weak references: a user exists as long as one of the user's
/// tokens is cached, or a request of the user runs. The token cache therefore bounds the memory.
/// </summary>
internal sealed class ProvisionedUsers
{
    private const int MinimumSweepCount = 256;

    private readonly Dictionary<(string UserPoolId, string Subject), WeakReference<ProvisionedUser>> _users = [];
    private int _sweepCount = MinimumSweepCount;

    /// <summary>Gets the user of a token; the first token of the user creates it.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The user.</returns>
    public ProvisionedUser GetOrCreate(CognitoToken token)
    {
        var key = (token.UserPoolId, token.Subject);
        lock (_users)
        {
            if (_users.TryGetValue(key, out var reference) && reference.TryGetTarget(out var user))
            {
                return user;
            }

            RemoveEndedUsers();
            user = new ProvisionedUser();
            _users[key] = new WeakReference<ProvisionedUser>(user);
            return user;
        }
    }

    // Sweep only after the number of users has doubled, so that a new user costs the same on average, however many there are.
    private void RemoveEndedUsers()
    {
        if (_users.Count < _sweepCount)
        {
            return;
        }

        foreach (var ended in _users.Where(static each => !each.Value.TryGetTarget(out _)).Select(static each => each.Key).ToList())
        {
            _users.Remove(ended);
        }

        _sweepCount = Math.Max(MinimumSweepCount, 2 * _users.Count);
    }
}
