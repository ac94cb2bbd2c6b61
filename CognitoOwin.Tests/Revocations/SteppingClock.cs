using System;
using System.Threading;
using Microsoft.Extensions.Time.Testing;

namespace CognitoOwin.Tests.Revocations;

/// <summary>A clock whose time of day can be corrected, forward and back, while its timestamps go on.</summary>
internal sealed class SteppingClock(FakeTimeProvider clock) : TimeProvider
{
    private long _step;

    public TimeSpan Step
    {
        get => new(Interlocked.Read(ref _step));
        set => Interlocked.Exchange(ref _step, value.Ticks);
    }

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + Step;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
