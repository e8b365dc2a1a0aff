namespace ControlPlane.Server.Dispatching;

/// <summary>Wakes lanes at their times: one timer for all of them.</summary>
internal sealed class LaneAlarm(TimeProvider clock)
{
    /// <summary>Timers do not see the wall clock being set ahead or the machine wake up: how late that can make a lane.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(5);
    private const int Spare = 64;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Lane, DateTimeOffset> _queue = new();
    private readonly Dictionary<Lane, DateTimeOffset> _times = [];
    private DateTimeOffset _seen;
    private TaskCompletionSource _earlier = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Entries in memory: about one per lane that waits.</summary>
    public int Entries
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Wakes the lane then, or at the time already set if that is earlier.</summary>
    public void Set(Lane lane, DateTimeOffset time)
    {
        lock (_lock)
        {
            if (_times.TryGetValue(lane, out var set) && set <= time)
            {
                return;
            }

            var first = !_queue.TryPeek(out _, out var next) || time < next;
            _times[lane] = time;
            _queue.Enqueue(lane, time);
            DropReplaced();
            if (first)
            {
                _earlier.TrySetResult();
            }
        }
    }

    /// <summary>Waits for times to come. Returns the lanes whose time it is.</summary>
    public async Task<IReadOnlyList<Lane>> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task earlier;
            TimeSpan sleep;
            lock (_lock)
            {
                if (_earlier.Task.IsCompleted)
                {
                    _earlier = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                if (TakeDue() is { Count: > 0 } due)
                {
                    return due;
                }

                earlier = _earlier.Task;
                sleep = _queue.TryPeek(out _, out var next) && next - _seen < LongestSleep ? next - _seen : LongestSleep;
            }

            await SleepAsync(sleep, earlier, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private List<Lane> TakeDue()
    {
        List<Lane> due = [];
        var now = clock.GetUtcNow();
        _seen = now;
        while (_queue.TryPeek(out var lane, out var time) && time <= now)
        {
            _queue.Dequeue();
            // An entry that an earlier one replaced is stale.
            if (_times.TryGetValue(lane, out var set) && set == time)
            {
                _times.Remove(lane);
                due.Add(lane);
            }
        }

        return due;
    }

    /// <summary>A replaced entry would otherwise stay until its time, which can be a day away, and there is one more with every wake.</summary>
    private void DropReplaced()
    {
        if (_queue.Count > (2 * _times.Count) + Spare)
        {
            _queue.Clear();
            _queue.EnqueueRange(_times.Select(entry => (entry.Key, entry.Value)));
        }
    }

    private async Task SleepAsync(TimeSpan sleep, Task earlier, CancellationToken stopping)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        // Timers count whole milliseconds: rounded down, the last one would be spent spinning.
        var whole = TimeSpan.FromMilliseconds(Math.Ceiling(sleep.TotalMilliseconds));
        await Task.WhenAny(Task.Delay(whole, clock, done.Token), earlier);
        await done.CancelAsync();
    }
}
