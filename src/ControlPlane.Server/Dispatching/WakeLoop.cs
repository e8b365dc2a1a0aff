using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>Wakes lanes at the times they wait for, and looks for those whose receivers do not answer.</summary>
internal sealed class WakeLoop(LaneAlarm alarm, Turns turns, Lanes lanes, LeaseBook leases, TimeProvider clock)
{
    private static readonly TimeSpan LookEvery = Turns.SilentAfter / 4;

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(WakeAsync(stopping), FindSilentAsync(stopping));

    private async Task WakeAsync(CancellationToken stopping)
    {
        while (true)
        {
            foreach (var lane in await alarm.WaitAsync(stopping))
            {
                lanes.Wake(lane);
            }
        }
    }

    /// <summary>What is queued for a receiver that does not answer gives its places in memory to others.</summary>
    private async Task FindSilentAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            foreach (var lane in turns.FindSilent())
            {
                if (lane.FallSilent() is { Count: > 0 } queued && await leases.TryReleaseAsync(queued, clock.GetStoreNow()))
                {
                    lanes.Expect(lane, clock.GetUtcNow());
                }
            }
        }
    }
}
