using ControlPlane.Server.Catalog;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>Takes one delivery through: settings, payload, request, record.</summary>
internal sealed class AttemptRunner(
    WebhookCatalog catalog, IEventStore events, EndpointCache endpoints, WebhookSender sender, Recorder recorder, LeaseBook leases,
    Places places, TimeProvider clock, ILogger<AttemptRunner> log)
{
    private static readonly TimeSpan RetrySoon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryLater = TimeSpan.FromMinutes(1);

    /// <summary>Makes the attempt. Never throws; <paramref name="cutOff"/> ends the request, which then counts as not made.</summary>
    public async Task RunAsync(Lane lane, WorkItem item, CancellationToken cutOff)
    {
        var ended = false;
        void End(bool? succeeded, out IReadOnlyList<WorkItem> back)
        {
            ended = true;
            back = lane.Ended(succeeded);
        }

        try
        {
            // An unprolonged lease can be another's by now; whoever recovers it sends the delivery.
            if (item.Lost || item.LeaseUntil <= clock.GetUtcNow())
            {
                places.Remove(item);
                return;
            }

            var webhook = await catalog.FindAsync(lane.TenantId, lane.WebhookId, cutOff);
            var endpoint = webhook is { State: WebhookState.Active } ? endpoints.Get(webhook) : null;
            if (webhook is null || endpoint is null)
            {
                // Disabled or deleted: it waits for that to be sorted out. Unusable secrets: for the operator.
                await GiveBackAsync(lane, item, webhook is { State: WebhookState.Active } ? RetryLater : TimeSpan.Zero);
                if (webhook is null)
                {
                    // The lane may have gone to sleep before this one came back, to be cancelled like the rest.
                    lane.Reconsider();
                }

                return;
            }

            var source = item.Event ?? await ReadAsync(item.Delivery, cutOff);
            if (source?.Payload is null)
            {
                await RecordAsync(lane, item, webhook, PayloadGone(), cutOff);
                return;
            }

            var outcome = await sender.SendAsync(endpoint, item.Delivery, source, cutOff);
            // What its webhook is suspended for keeps its place until it is: the next delivery would meet, or die of, the same.
            var suspends = outcome.ReceiverGone || outcome.AddressRefused;
            if (suspends)
            {
                await RecordAsync(lane, item, webhook, outcome, cutOff);
            }

            End(outcome.Unsendable ? null : outcome.Succeeded, out var back);
            if (!suspends)
            {
                await RecordAsync(lane, item, webhook, outcome, cutOff);
            }

            await GiveBackAsync(lane, back);
        }
        catch (OperationCanceledException) when (cutOff.IsCancellationRequested)
        {
            await GiveBackAsync(lane, item, TimeSpan.Zero);
        }
        catch (Exception e)
        {
            DispatchingLog.AttemptFailed(log, e, item.Delivery.Id);
            await GiveBackAsync(lane, item, RetrySoon);
        }
        finally
        {
            if (!ended)
            {
                lane.Ended(null);
            }
        }
    }

    private async Task<EventRecord?> ReadAsync(DeliveryRecord delivery, CancellationToken cutOff) =>
        (await events.FindAsync(delivery.EventId, delivery.TenantId, cutOff)).SingleOrDefault();

    /// <summary>
    /// Records until it succeeds, the lease runs out or the server cannot wait any longer: what was sent must not be forgotten
    /// because the disk is full.
    /// </summary>
    private async Task RecordAsync(Lane lane, WorkItem item, WebhookRecord webhook, AttemptOutcome outcome, CancellationToken cutOff)
    {
        while (true)
        {
            try
            {
                var stored = await recorder.RecordAsync(item.Delivery, webhook, outcome);
                places.Remove(item);
                if (stored?.Delivery.NextAttemptTime is { } due)
                {
                    lane.Expect(due);
                }

                if (stored?.NextInLine is { } next)
                {
                    lane.Expect(next);
                }

                return;
            }
            catch (Exception e)
            {
                DispatchingLog.RecordFailed(log, e, item.Delivery.Id, item.Delivery.AttemptCount + 1);
            }

            if (cutOff.IsCancellationRequested || item.Lost || item.LeaseUntil <= clock.GetUtcNow())
            {
                DispatchingLog.RecordGivenUp(log, item.Delivery.Id, item.Delivery.AttemptCount + 1);
                places.Remove(item);
                return;
            }

            await Task.Delay(RetrySoon, clock, cutOff).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task GiveBackAsync(Lane lane, IReadOnlyList<WorkItem> items) => GiveBackAsync(lane, items, clock.GetStoreNow());

    private Task GiveBackAsync(Lane lane, WorkItem item, TimeSpan delay) => GiveBackAsync(lane, [item], clock.GetStoreNow() + delay);

    private async Task GiveBackAsync(Lane lane, IReadOnlyList<WorkItem> items, DateTimeOffset due)
    {
        if (items.Count == 0)
        {
            return;
        }

        try
        {
            await leases.ReleaseAsync(items, due);
            lane.Expect(due);
        }
        catch (Exception e)
        {
            // The leases run out by themselves, and then the deliveries are recovered.
            DispatchingLog.LeasesFailed(log, e);
        }
    }

    private AttemptOutcome PayloadGone() => new()
    {
        StartTime = clock.GetStoreNow(),
        Duration = TimeSpan.Zero,
        Failure = FailureKind.Protocol,
        PayloadGone = true,
        Message = "not sent: the event's payload is no longer stored",
    };
}
