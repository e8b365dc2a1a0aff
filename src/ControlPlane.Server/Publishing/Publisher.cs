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

    /// <summary>The tenant is held to the catalogues of event types, and the events at the indexes are of none that they list.</summary>
    public sealed record UnknownTypes(IReadOnlyList<int> Indexes) : PublishResult;

    /// <summary>The payload of the event at the index is larger than the tenant's plan allows.</summary>
    public sealed record PayloadOverLimit(int Index, int MaxBytes) : PublishResult;

    /// <summary>The tenant publishes faster than its plan allows.</summary>
    public sealed record TooFast(TimeSpan RetryAfter) : PublishResult;

    /// <summary>The events match so many webhooks that the call would add more deliveries than one may.</summary>
    public sealed record FanOutTooLarge(long Deliveries, int Most) : PublishResult;

    /// <summary>Too many deliveries have not ended, or would not have.</summary>
    public sealed record BacklogFull(long Most, bool OfAll) : PublishResult;
}

/// <summary>
/// Matches events to webhooks, stores them with all their deliveries in one commit, and hands those over that have a place in
/// their lane. Answers after the commit is on disk.
/// </summary>
internal sealed class Publisher(
    IEventStore events, WebhookCatalog catalog, Lanes lanes, LeaseBook leases, PublishRates rates, FanOutLimit limits,
    IdSource ids, TimeProvider clock)
{
    public async Task<PublishResult> PublishAsync(
        string tenantId, IReadOnlyList<EventDraft> drafts, CancellationToken cancellationToken)
    {
        var fingerprints = drafts
            .Select(draft => draft.Id.Length > 0 || draft.IdempotencyKey.Length > 0 ? EventFingerprint.Of(draft) : null)
            .ToArray();
        var counted = false;
        var published = await catalog.TryAsync(tenantId, AttemptAsync, cancellationToken);
        if (published is not null)
        {
            return published;
        }

        rates.Forget(tenantId);
        return new PublishResult.TenantNotFound();

        async Task<PublishResult?> AttemptAsync(TenantCatalog picture, bool fresh)
        {
            if (PublishRules.Check(picture, drafts) is { } refused)
            {
                // What refuses it can have been changed so long ago that another process did it.
                return fresh ? refused : null;
            }

            if (!counted && rates.Take(tenantId, picture.Policy.PublishRatePerSecond, drafts.Count) is { } wait)
            {
                return new PublishResult.TooFast(wait);
            }

            counted = true;
            return await TryAsync(tenantId, drafts, fingerprints, picture, cancellationToken);
        }
    }

    private async Task<PublishResult?> TryAsync(
        string tenantId, IReadOnlyList<EventDraft> drafts, byte[]?[] fingerprints, TenantCatalog picture, CancellationToken cancellationToken)
    {
        // Counted before anything is made of it: a million deliveries would be made in memory just to be refused.
        var matched = new IReadOnlyList<WebhookRecord>[drafts.Count];
        var count = 0L;
        for (var i = 0; i < matched.Length; i++)
        {
            matched[i] = picture.Subscriptions.Match(drafts[i].Type, drafts[i].Instance);
            count += matched[i].Count;
        }

        if (count > limits.MaxFanOut)
        {
            return new PublishResult.FanOutTooLarge(count, limits.MaxFanOut);
        }

        using var turn = await limits.EnterAsync(tenantId, (int)count, cancellationToken);
        if (count > 0 && await limits.Backlog.AddAsync(tenantId, (int)count, cancellationToken) is { } full)
        {
            return full;
        }

        try
        {
            return await AppendAsync(tenantId, drafts, fingerprints, matched, picture, cancellationToken);
        }
        finally
        {
            if (count > 0)
            {
                limits.Backlog.Settle(tenantId, (int)count);
            }
        }
    }

    private async Task<PublishResult?> AppendAsync(
        string tenantId, IReadOnlyList<EventDraft> drafts, byte[]?[] fingerprints, IReadOnlyList<WebhookRecord>[] matched,
        TenantCatalog picture, CancellationToken cancellationToken)
    {
        var leaseUntil = leases.LeaseUntil();
        var now = clock.GetStoreNow();
        var plans = new FanOut[drafts.Count];
        var pending = plans.AsMemory();
        try
        {
            for (var i = 0; i < plans.Length; i++)
            {
                plans[i] = FanOut.Plan(tenantId, drafts[i], fingerprints[i], matched[i], lanes, ids, now);
            }

            // Cancellation can only keep the append from being begun: its outcome is always awaited, so that no place or lease is lost.
            var result = await events.AppendAsync(
                new AppendRequest(tenantId, picture.ConfigVersion, [.. plans.Select(plan => plan.Event)], leases.Owner, leases.Lease),
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
