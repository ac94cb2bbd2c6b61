using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Provisioning;

/// <summary>Holds what all tokens of one user share: whose turn it is, and how often the application has rejected the user.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has nothing to release, because nobody uses its wait handle.")]
internal sealed class ProvisionedUser
{
    private static readonly AsyncLocal<Turn?> CurrentTurn = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private int _rejections;

    /// <summary>Gets how often the application has rejected the user. An outcome from before the last rejection is forgotten.</summary>
    public int Rejections => Volatile.Read(ref _rejections);

    /// <summary>Forgets what is kept for all tokens of the user: each of them meets the handler at its next request.</summary>
    public void RecordRejection() => Interlocked.Increment(ref _rejections);

    /// <summary>Waits for the turn of this request, and does the work. The work of one user runs one after the other.</summary>
    /// <param name="work">Does the work.</param>
    /// <param name="cancellationToken">Ends the wait for the turn.</param>
    /// <returns>What the work returned.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled before the turn came.
    /// </exception>
    /// <exception cref="Exception">The work failed; the exception is the one that the work threw.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        var turn = CurrentTurn.Value = new Turn(this, CurrentTurn.Value);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            turn.IsOver = true;
            _gate.Release();
        }
    }

    /// <summary>Throws if the caller would wait for itself: it runs inside the work of this user.</summary>
    /// <exception cref="InvalidOperationException">The caller runs inside the work of this user.</exception>
    public void ThrowIfHeldByCaller()
    {
        for (var turn = CurrentTurn.Value; turn != null; turn = turn.Outer)
        {
            if (!turn.IsOver && turn.User == this)
            {
                throw new InvalidOperationException(
                    "The provisioning handler of a user has called the application with a token of the same user. The call would "
                    + "wait for itself. Inside the handler, call no action of this application with the user's own token.");
            }
        }
    }

    private sealed class Turn(ProvisionedUser user, Turn? outer)
    {
        private volatile bool _isOver;

        public ProvisionedUser User { get; } = user;

        public Turn? Outer { get; } = outer;

        public bool IsOver
        {
            get => _isOver;
            set => _isOver = value;
        }
    }
}
