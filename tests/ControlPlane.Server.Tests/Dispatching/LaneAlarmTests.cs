using System.Collections.Concurrent;
using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Dispatching;

public sealed class LaneAlarmTests : IAsyncDisposable
{
    private readonly TestClock _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Lane, (Action<Lane> Claimed, Action Enlisted)> _told = [];
    private readonly LaneAlarm _alarm;
    private readonly SteadyClock _steady;
    private Task _running = Task.CompletedTask;

    public LaneAlarmTests()
    {
        _steady = new(_clock);
        _alarm = new(_steady);
    }

    private DateTimeOffset Now => _clock.GetUtcNow();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    [Fact]
    public async Task Run_TimesCome_WakesInOrder()
    {
        var woken = new List<string>();
        var last = new TaskCompletionSource();
        LaneDue(3, () => last.SetResult());
        LaneDue(2, () => woken.Add("b"));
        LaneDue(1, () => woken.Add("a"));
        Start();
        await AdvanceUntilAsync(last.Task);
        Assert.Equal(["a", "b"], woken);
    }

    [Fact]
    public async Task Set_EarlierThanTheSleep_WakesInTime()
    {
        var (early, late) = (new TaskCompletionSource(), new TaskCompletionSource());
        LaneDue(400 * 86_400, late.SetResult);
        Start();
        LaneDue(1, early.SetResult);
        await AdvanceUntilAsync(early.Task);
        Assert.False(late.Task.IsCompleted);
    }

    [Fact]
    public async Task Set_ManyTimesForOneLane_KeepsFewEntriesAndWakesIt()
    {
        var woken = new TaskCompletionSource();
        var lane = LaneDue(86_400, woken.SetResult);
        for (var i = 1; i < 1000; i++)
        {
            _alarm.Set(lane, Now.AddDays(1).AddSeconds(-i));
        }

        Assert.InRange(_alarm.Entries, 1, 100);
        Carry(lane, lane.Expect(Now.AddSeconds(1)));
        Start();
        await AdvanceUntilAsync(woken.Task);
    }

    [Fact]
    public async Task Run_ClockSetBack_WakesByElapsedTime()
    {
        var woken = new TaskCompletionSource();
        var paced = new TaskCompletionSource();
        LaneDue(1, woken.SetResult);
        Start();
        await AdvanceUntilAsync(woken.Task);

        // A rate that lets the next one start in a second by the steady clock, whatever the wall clock says.
        var lane = Lane(_ => { }, paced.SetResult);
        lane.Configure(Records.Webhook() with { MaxRatePerSecond = 1 }, new());
        for (var i = 0; i < 2; i++)
        {
            Assert.True(lane.TryReserve());
            lane.Enqueue(new WorkItem(new(), Records.Delivery(), null, 0, Now));
        }

        Carry(lane, lane.Start(out _));
        var began = _clock.GetTimestamp();
        _clock.Step(TimeSpan.FromDays(-1));
        await AdvanceUntilAsync(paced.Task);
        Assert.True(_clock.GetElapsedTime(began) < TimeSpan.FromHours(12));
    }

    private void Start() => _running = Task.Run(RunAsync);

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                foreach (var lane in await _alarm.WaitAsync(_stop.Token))
                {
                    Carry(lane, lane.Wake());
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private void Carry(Lane lane, LaneDecision decision)
    {
        var (claimed, enlisted) = _told[lane];
        if (decision.Claim > 0)
        {
            claimed(lane);
        }

        if (decision.Enlist)
        {
            enlisted();
        }

        if (decision.Wake is { } time)
        {
            _alarm.Set(lane, time);
        }
    }

    /// <summary>A lane with something due then, which it claims when it is woken.</summary>
    private Lane LaneDue(double seconds, Action woken)
    {
        var lane = Lane(_ => woken(), () => { });
        Carry(lane, lane.Expect(Now.AddSeconds(seconds)));
        return lane;
    }

    private Lane Lane(Action<Lane> claimed, Action enlisted)
    {
        var lane = new Lane("default", "wh_1", new(), new LaneGate(8, 5, _steady), 8, _steady);
        _told[lane] = (claimed, enlisted);
        return lane;
    }

    /// <summary>The alarm can be between two sleeps when the clock moves, so it is moved until the alarm has seen it.</summary>
    private async Task AdvanceUntilAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
    }
}
