using ControlPlane.Server.Recording;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>Ends what an attempt holds: records how it went, or gives the delivery back to the store.</summary>
internal sealed class AttemptRecords(
    Recorder recorder, LeaseBook leases, Places places, Lanes lanes, TimeProvider clock, ILogger<AttemptRecords> log)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Whether the lease still holds. One that does not can be another's by now, who sends the delivery; it is dropped here.</summary>
    public bool Holds(WorkItem item)
    {
        if (IsHeld(item))
        {
            return true;
        }

        places.Remove(item);
        return false;
    }

    /// <summary>
    /// Records until it succeeds, the lease runs out or the server cannot wait any longer: what was sent must not be forgotten
    /// because the disk is full.
    /// </summary>
    public async Task RecordAsync(Lane lane, WorkItem item, WebhookRecord webhook, AttemptOutcome outcome, CancellationToken cutOff)
    {
        while (true)
        {
            try
            {
                var stored = await recorder.RecordAsync(item.Delivery, webhook, outcome);
                places.Remove(item);
                foreach (var due in new[] { stored?.Delivery.NextAttemptTime, stored?.NextInLine })
                {
                    if (due is { } time)
                    {
                        lanes.Expect(lane, time);
                    }
                }

                return;
            }
            catch (Exception e)
            {
                DispatchingLog.RecordFailed(log, e, item.Delivery.Id, item.Delivery.AttemptCount + 1);
            }

            if (cutOff.IsCancellationRequested || !IsHeld(item))
            {
                DispatchingLog.RecordGivenUp(log, item.Delivery.Id, item.Delivery.AttemptCount + 1);
                places.Remove(item);
                return;
            }

            await Task.Delay(AfterFailure, clock, cutOff).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Gives deliveries back, to be due after the delay.</summary>
    public async Task GiveBackAsync(Lane lane, IReadOnlyList<WorkItem> items, TimeSpan delay)
    {
        var due = clock.GetStoreNow() + delay;
        if (items.Count > 0 && await leases.TryReleaseAsync(items, due))
        {
            lanes.Expect(lane, due);
        }
    }

    private bool IsHeld(WorkItem item) => !item.Lost && item.LeaseUntil > clock.GetUtcNow();
}
