using System.Diagnostics;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Dispatching;
using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>An event to publish.</summary>
/// <param name="Draft">The event.</param>
/// <param name="Fingerprint">Tells a repeated publish from a different event; null if the event cannot be repeated.</param>
/// <param name="Webhooks">Who receives it.</param>
internal readonly record struct MatchedEvent(EventDraft Draft, byte[]? Fingerprint, IReadOnlyList<WebhookRecord> Webhooks);

/// <summary>
/// Stores events with all their deliveries, and hands those over that have a place in their lane. Returns after the last
/// commit is on disk.
/// </summary>
internal sealed class EventAppender(IEventStore events, WebhookCatalog catalog, Lanes lanes, LeaseBook leases, IdSource ids, TimeProvider clock)
{
    /// <summary>Appends events of one tenant. Returns null if the tenant's configuration changed since they were matched.</summary>
    /// <param name="picture">What the events were matched with.</param>
    /// <param name="matched">The events.</param>
    /// <param name="cancellationToken">Keeps the append from being begun. Once begun it is always awaited.</param>
    public async Task<PublishResult?> AppendAsync(
        TenantCatalog picture, IReadOnlyList<MatchedEvent> matched, CancellationToken cancellationToken)
    {
        var leaseUntil = leases.LeaseUntil();
        var now = clock.GetStoreNow();
        var plans = new FanOut[matched.Count];
        var pending = plans.AsMemory();
        try
        {
            for (var i = 0; i < plans.Length; i++)
            {
                plans[i] = FanOut.Plan(picture, matched[i], lanes, ids, now);
            }

            using var commit = TraceSpan.BeginEach("commit", ActivityKind.Internal, matched.Select(each => each.Draft.Trace));
            // Cancellation can only keep the append from being begun: its outcome is always awaited, so that no place or lease is lost.
            var result = await events.AppendAsync(
                new AppendRequest(picture.TenantId, picture.ConfigVersion, [.. plans.Select(plan => plan.Event)], leases.Owner, leases.Lease),
                cancellationToken);
            switch (result)
            {
                case AppendResult.Appended appended:
                    pending = default;
                    for (var i = 0; i < plans.Length; i++)
                    {
                        plans[i].HandOver(appended.Events[i], leaseUntil);
                    }

                    return new PublishResult.Published(appended.Events);
                case AppendResult.TenantNotFound:
                    catalog.Forget(picture.TenantId);
                    return new PublishResult.TenantNotFound();
                case AppendResult.Conflict conflict:
                    return new PublishResult.Conflict(conflict.Index);
                default:
                    return null;
            }
        }
        finally
        {
            foreach (var plan in pending.Span)
            {
                plan?.Withdraw();
            }
        }
    }
}
