using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Provider;

/// <summary>Lets the handler run for one user at a time, and for as many users at a time as there are.</summary>
internal sealed class UserLocks
{
    private readonly AsyncLocal<Turn?> _turn = new();
    private readonly Dictionary<(string Issuer, string Subject), Entry> _entries = [];

    /// <param name="issuer">The user's pool.</param>
    /// <param name="subject">The user.</param>
    /// <param name="work">What is done while nobody else does it for this user.</param>
    /// <param name="cancellationToken">Ends the waiting for the turn.</param>
    public async Task<T> RunAsync<T>(string issuer, string subject, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var user = (issuer, subject);
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

    /// <summary>Work for a user that waits for the same user would wait for itself, for ever.</summary>
    /// <exception cref="InvalidOperationException">The caller is called by such work.</exception>
    public void ThrowIfHeldByCaller(string issuer, string subject)
    {
        for (var turn = _turn.Value; turn != null; turn = turn.Outer)
        {
            if (!turn.IsOver && turn.User == (issuer, subject))
            {
                throw new InvalidOperationException(
                    "The provisioning handler of a user has, by a call into the application, asked for that same user, and would "
                    + "wait for itself. Call no action of this application with the user's own token from within the handler.");
            }
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Turn((string Issuer, string Subject) user, Turn? outer)
    {
        private volatile bool _isOver;

        public (string Issuer, string Subject) User { get; } = user;

        public Turn? Outer { get; } = outer;

        public bool IsOver
        {
            get => _isOver;
            set => _isOver = value;
        }
    }
}
