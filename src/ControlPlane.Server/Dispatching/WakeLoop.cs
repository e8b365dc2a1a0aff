using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>
/// Wakes lanes at the times they wait for and when another node stored work for them, and looks for those whose receivers do not answer.
/// </summary>
internal sealed class WakeLoop(
    LaneAlarm alarm, Turns turns, Lanes lanes, LeaseBook leases, ISignals signals, TimeProvider clock, ILogger<WakeLoop> log)
{
    private static readonly TimeSpan LookEvery = Turns.SilentAfter / 4;

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(WakeAsync(stopping), FindSilentAsync(stopping), FindWorkAsync(stopping));

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

    /// <summary>What other nodes store waits for this one to be told of it, or to look as often as the engine asks for.</summary>
    private async Task FindWorkAsync(CancellationToken stopping)
    {
        using var subscription = signals.Subscribe(signal =>
        {
            if (signal is StoreSignal.WorkWaiting work)
            {
                lanes.Expect(work.TenantId, work.WebhookId, clock.GetUtcNow());
            }
            else if (signal is StoreSignal.ConfigurationChanged { Keys: false })
            {
                // Another node may have erased events.
                lanes.NoteErasure();
            }
        });
        if (signals.PollInterval is not { } interval)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, stopping);
            return;
        }

        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                foreach (var waiting in await leases.ListWaitingAsync(stopping))
                {
                    lanes.Expect(waiting.TenantId, waiting.WebhookId, waiting.Due);
                }
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                DispatchingLog.WaitingNotListed(log, e);
            }
        }
    }
}
