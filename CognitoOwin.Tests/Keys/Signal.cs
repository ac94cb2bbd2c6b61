using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace CognitoOwin.Tests.Keys;

/// <summary>Counts, and lets a test wait for a count, so that none has to sleep and hope.</summary>
internal sealed class Signal
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<(int Count, TaskCompletionSource<bool> Reached)> _waiting = [];
    private int _count;

    public void Add()
    {
        lock (_waiting)
        {
            _count++;
            foreach (var (count, reached) in _waiting)
            {
                if (_count >= count)
                {
                    reached.TrySetResult(true);
                }
            }
        }
    }

    /// <exception cref="TimeoutException">It took half a minute: a failed test instead of one that hangs.</exception>
    public async Task WaitForAsync(int count)
    {
        var reached = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            if (_count >= count)
            {
                return;
            }

            _waiting.Add((count, reached));
        }

        if (await Task.WhenAny(reached.Task, Task.Delay(Patience)) != reached.Task)
        {
            throw new TimeoutException($"{_count} of {count} came.");
        }
    }
}
