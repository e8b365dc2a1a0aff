namespace ControlPlane.Benchmarks.Filling;

/// <summary>The clock of a store that is filled: it shows the time of the events that are added, and goes on as the system's where
/// durations are measured.</summary>
internal sealed class PastClock : TimeProvider
{
    private long _ticks = DateTimeOffset.UnixEpoch.UtcTicks;

    public DateTimeOffset Now
    {
        set => Interlocked.Exchange(ref _ticks, value.UtcTicks);
    }

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);
}
