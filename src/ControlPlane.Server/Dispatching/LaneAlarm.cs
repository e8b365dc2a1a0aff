namespace ControlPlane.Server.Dispatching;

/// <summary>Wakes lanes at their times: one timer for all of them.</summary>
internal sealed class LaneAlarm(TimeProvider clock)
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Lane, DateTimeOffset> _queue = new();
    private readonly Dictionary<Lane, DateTimeOffset> _times = [];
    private TaskCompletionSource _earlier = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
            if (first)
            {
                _earlier.TrySetResult();
            }
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Task earlier;
            TimeSpan sleep;
            List<Lane> woken = [];
            lock (_lock)
            {
                if (_earlier.Task.IsCompleted)
                {
                    _earlier = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                earlier = _earlier.Task;
                var now = clock.GetUtcNow();
                while (_queue.TryPeek(out var lane, out var time) && time <= now)
                {
                    _queue.Dequeue();
                    // An entry that an earlier one replaced is stale.
                    if (_times.TryGetValue(lane, out var set) && set == time)
                    {
                        _times.Remove(lane);
                        woken.Add(lane);
                    }
                }

                sleep = _queue.TryPeek(out _, out var next) && next - now < LongestSleep ? next - now : LongestSleep;
            }

            foreach (var lane in woken)
            {
                lane.Pump();
            }

            if (woken.Count == 0)
            {
                await SleepAsync(sleep, earlier, stopping);
            }
        }
    }

    private async Task SleepAsync(TimeSpan sleep, Task earlier, CancellationToken stopping)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(Task.Delay(sleep, clock, done.Token), earlier);
        await done.CancelAsync();
    }
}
