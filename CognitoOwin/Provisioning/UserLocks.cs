using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Provisioning;

/// <summary>Runs the work for each user one after the other. Work for different users runs in parallel.</summary>
internal sealed class UserLocks
{
    private readonly AsyncLocal<Turn?> _turn = new();
    private readonly Dictionary<(string UserPoolId, string Subject), Entry> _entries = [];

    /// <summary>Waits for the user's turn, and does the work.</summary>
    /// <param name="userPoolId">The id of the user's pool.</param>
    /// <param name="subject">The user's id in its pool.</param>
    /// <param name="work">Does the work.</param>
    /// <param name="cancellationToken">Ends the wait for the turn.</param>
    /// <returns>What the work returned.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled before the turn came.
    /// </exception>
    /// <exception cref="Exception">The work failed; the exception is the one that the work threw.</exception>
    public async Task<T> RunAsync<T>(string userPoolId, string subject, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var user = (userPoolId, subject);
        Entry entry;
        lock (_entries)
        {
            if (!_entries.TryGetValue(user, out entry!))
            {
                _entries.Add(user, entry = new Entry());
            }

            entry.Users++;
        }

        try
        {
            await entry.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            var turn = _turn.Value = new Turn(user, _turn.Value);
            try
            {
                return await work().ConfigureAwait(false);
            }
            finally
            {
                turn.IsOver = true;
                entry.Gate.Release();
            }
        }
        finally
        {
            lock (_entries)
            {
                if (--entry.Users == 0)
                {
                    _entries.Remove(user);
                    entry.Gate.Dispose();
                }
            }
        }
    }

    /// <summary>Throws if the caller would wait for itself: it runs inside the work of the user whom it wants to lock.</summary>
    /// <param name="userPoolId">The id of the user's pool.</param>
    /// <param name="subject">The user's id in its pool.</param>
    /// <exception cref="InvalidOperationException">The caller runs inside the work of this user.</exception>
    public void ThrowIfHeldByCaller(string userPoolId, string subject)
    {
        for (var turn = _turn.Value; turn != null; turn = turn.Outer)
        {
            if (!turn.IsOver && turn.User == (userPoolId, subject))
            {
                throw new InvalidOperationException(
                    "The provisioning handler of a user has called the application with a token of the same user. The call would "
                    + "wait for itself. Inside the handler, call no action of this application with the user's own token.");
            }
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Turn((string UserPoolId, string Subject) user, Turn? outer)
    {
        private volatile bool _isOver;

        public (string UserPoolId, string Subject) User { get; } = user;

        public Turn? Outer { get; } = outer;

        public bool IsOver
        {
            get => _isOver;
            set => _isOver = value;
        }
    }
}
