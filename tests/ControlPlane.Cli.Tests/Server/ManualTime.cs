using System.Collections.Concurrent;

namespace ControlPlane.Cli.Tests.Server;

/// <summary>A clock whose timers fire at once and remember how long they would have taken.</summary>
internal sealed class ManualTime : TimeProvider
{
    public ConcurrentQueue<TimeSpan> Delays { get; } = new();

    /// <summary>Null: the machine's, which deadlines of real calls need.</summary>
    public DateTimeOffset? Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now ?? base.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Delays.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
