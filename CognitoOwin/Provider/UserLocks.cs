using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Provider;

/// <summary>Lets the handler run for one user at a time, and for as many users at a time as there are.</summary>
internal sealed class UserLocks
{
    private readonly Dictionary<(string Issuer, string Subject), Entry> _entries = [];

    public async Task<T> RunAsync<T>(string issuer, string subject, Func<Task<T>> work)
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
            await entry.Turn.WaitAsync().ConfigureAwait(false);
            try
            {
                return await work().ConfigureAwait(false);
            }
            finally
            {
                entry.Turn.Release();
            }
        }
        finally
        {
            lock (_entries)
            {
                if (--entry.Users == 0)
                {
                    _entries.Remove(user);
                    entry.Turn.Dispose();
                }
            }
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }
}
