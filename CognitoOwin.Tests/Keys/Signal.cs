using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace CognitoOwin.Tests.Keys;

/// <summary>Counts events and lets a test wait for a count instead of sleeping.</summary>
internal sealed class Signal
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

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

    /// <exception cref="TimeoutException">The count was not reached within half a minute.</exception>
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

        if (await Task.WhenAny(reached.Task, Task.Delay(Timeout)) != reached.Task)
        {
            throw new TimeoutException($"Only {_count} of {count} events occurred.");
        }
    }
}
