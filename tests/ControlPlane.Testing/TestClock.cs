using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Testing;

/// <summary>A clock that stands still until a test moves it. Its wall time can be set apart from its timers.</summary>
public sealed class TestClock() : FakeTimeProvider(new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero))
{
    private long _step;
    private int _waiting;

    /// <summary>Whether a timer waits for the time to go by.</summary>
    public bool IsAwaited => Volatile.Read(ref _waiting) > 0;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _step));

    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Sets the wall time ahead or back, as people and time servers do. Timers and elapsed times go on undisturbed.</summary>
    public void Step(TimeSpan by) => Interlocked.Add(ref _step, by.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new CountedTimer(this);
        timer.Start(base.CreateTimer(
            _ =>
            {
                timer.Count(period > TimeSpan.Zero);
                callback(state);
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class CountedTimer(TestClock clock) : ITimer
    {
        private readonly Lock _lock = new();
        private ITimer? _timer;
        private bool _waits;

        public void Start(ITimer timer) => _timer = timer;

        public void Count(bool waits)
        {
            lock (_lock)
            {
                Interlocked.Add(ref clock._waiting, (waits ? 1 : 0) - (_waits ? 1 : 0));
                _waits = waits;
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Count(dueTime >= TimeSpan.Zero);
            return _timer!.Change(dueTime, period);
        }

        public void Dispose()
        {
            Count(false);
            _timer!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
