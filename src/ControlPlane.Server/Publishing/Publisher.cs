using ControlPlane.Server.Catalog;
using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>How a publish ended.</summary>
internal abstract record PublishResult
{
    private PublishResult() { }

    public sealed record Published(IReadOnlyList<AppendedEvent> Events) : PublishResult;

    public sealed record TenantNotFound : PublishResult;

    /// <summary>The event at the index has the id or idempotency key of a different one.</summary>
    public sealed record Conflict(int Index) : PublishResult;
}

/// <summary>
/// Matches events to webhooks, stores them with all their deliveries in one commit, and hands those over that have a place in
/// their lane. Answers after the commit is on disk.
/// </summary>
internal sealed class Publisher(
    IEventStore events, WebhookCatalog catalog, Dispatcher dispatcher, LeaseBook leases, IdSource ids, TimeProvider clock)
{
    public async Task<PublishResult> PublishAsync(
        string tenantId, IReadOnlyList<EventDraft> drafts, CancellationToken cancellationToken)
    {
        var fingerprints = drafts
            .Select(draft => draft.Id.Length > 0 || draft.IdempotencyKey.Length > 0 ? EventFingerprint.Of(draft) : null)
            .ToArray();
        var picture = await catalog.GetAsync(tenantId, cancellationToken);
        while (picture is not null)
        {
            var result = await TryAsync(tenantId, drafts, fingerprints, picture, cancellationToken);
            if (result is not null)
            {
                return result;
            }

            // A webhook was changed between matching and commit: match anew, so that the change is seen.
            picture = await catalog.RefreshAsync(tenantId, cancellationToken);
        }

        return new PublishResult.TenantNotFound();
    }

    private async Task<PublishResult?> TryAsync(
        string tenantId, IReadOnlyList<EventDraft> drafts, byte[]?[] fingerprints, TenantCatalog picture, CancellationToken cancellationToken)
    {
        var leaseUntil = leases.LeaseUntil();
        var now = clock.GetStoreNow();
        var plans = new FanOut[drafts.Count];
        var pending = plans.AsMemory();
        try
        {
            for (var i = 0; i < plans.Length; i++)
            {
                plans[i] = FanOut.Plan(tenantId, drafts[i], fingerprints[i], picture.Subscriptions, dispatcher, ids, now);
            }

            // Cancellation can only keep the append from being begun: its outcome is always awaited, so that no place or lease is lost.
            var result = await events.AppendAsync(
                new AppendRequest(tenantId, picture.ConfigVersion, [.. plans.Select(plan => plan.Event)], leases.Owner, leaseUntil),
                cancellationToken);
            switch (result)
            {
                case AppendResult.Appended appended:
                    pending = default;
                    for (var i = 0; i < plans.Length; i++)
                    {
                        plans[i].HandOver(appended.Events[i], dispatcher, leaseUntil);
                    }

                    return new PublishResult.Published(appended.Events);
                case AppendResult.TenantNotFound:
                    catalog.Forget(tenantId);
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
