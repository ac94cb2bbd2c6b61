using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Provisioning;

/// <summary>
/// Holds what all tokens of one user share: whose turn it is, how often the application has rejected the user, and the failure
/// that the requests in the queue share.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has nothing to release, because nobody uses its wait handle.")]
internal sealed class ProvisionedUser
{
    private static readonly TimeSpan FailureLifetime = TimeSpan.FromSeconds(1);
    private static readonly AsyncLocal<Turn?> CurrentTurn = new();

    private readonly SemaphoreSlim _gate = new(1, 1);
    private int _rejections;
    private int _waiting;

    // Only the request whose turn it is uses these two.
    private ProvisioningOutcome? _failure;
    private long _failureTime;

    /// <summary>Gets how often the application has rejected the user. An outcome from before the last rejection is forgotten.</summary>
    public int Rejections => Volatile.Read(ref _rejections);

    /// <summary>Gets whether the caller would wait for itself: it runs inside a run of this user.</summary>
    public bool IsHeldByCaller
    {
        get
        {
            var turn = CurrentTurn.Value;
            while (turn != null && (turn.IsOver || turn.User != this))
            {
                turn = turn.Outer;
            }

            return turn != null;
        }
    }

    /// <summary>Forgets what is kept for all tokens of the user: each of them meets the handler at its next request.</summary>
    public void RecordRejection() => Interlocked.Increment(ref _rejections);

    /// <summary>
    /// Waits for the turn of this request, and runs the handler. The runs of one user follow one another. If a run fails, the
    /// requests that are waiting share the failure. Otherwise each of them would wait in turn for a database that is down.
    /// </summary>
    /// <param name="run">Runs the handler.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait for the turn.</param>
    /// <returns>The outcome of the run, or the failure of the one before.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled before the turn came, or the run threw this exception.
    /// </exception>
    public async Task<ProvisioningOutcome> RunAsync(
        Func<Task<ProvisioningOutcome>> run, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        Interlocked.Increment(ref _waiting);
        try
        {
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        var turn = CurrentTurn.Value = new Turn(this, CurrentTurn.Value);
        try
        {
            var outcome = _failure is { } failure && start <= _failureTime && time.GetElapsedTime(_failureTime) < FailureLifetime
                ? failure
                : await run().ConfigureAwait(false);
            if (outcome != _failure)
            {
                _failureTime = time.GetTimestamp();
            }

            // Keep the exception only as long as somebody may need it.
            _failure = outcome.Rejection == TokenRejection.ProvisioningFailed && Volatile.Read(ref _waiting) > 0 ? outcome : null;
            return outcome;
        }
        finally
        {
            turn.IsOver = true;
            _gate.Release();
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
