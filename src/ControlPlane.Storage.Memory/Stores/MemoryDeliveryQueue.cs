using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryDeliveryQueue(MemorySession session) : IDeliveryQueue
{
    private const int AttemptsKept = 100;

    public Task<ClaimResult> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        session.WriteAsync(state => Claim(state, request), cancellationToken);

    public Task<Completed?> CompleteAsync(Completion completion, CancellationToken cancellationToken)
    {
        DeliveryTransitions.Validate(completion);
        return session.WriteAsync(state => Complete(state, completion), cancellationToken);
    }

    public Task<CompletionEffectsResult> CompleteAsync(
        Completion completion, CompletionEffects effects, CancellationToken cancellationToken)
    {
        DeliveryTransitions.Validate(completion);
        return session.WriteAsync(state => Complete(state, completion, effects), cancellationToken);
    }

    public Task ReleaseAsync(IReadOnlyList<Lease> leases, TimeSpan delay, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            var now = session.Now;
            foreach (var held in leases.Select(lease => Find(state, lease)).OfType<StoredDelivery>())
            {
                state.Save(held, DeliveryTransitions.Release(held.Delivery, MemoryErasureStore.ReasonOf(state, held), now + delay, now));
            }

            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<string>> ExtendAsync(
        IReadOnlyList<Lease> leases, TimeSpan leaseFor, CancellationToken cancellationToken) =>
        session.WriteAsync<IReadOnlyList<string>>(
            state =>
            {
                foreach (var held in leases.Select(lease => Find(state, lease)).OfType<StoredDelivery>())
                {
                    state.Deliveries = state.Deliveries.SetItem(held.Position, held with { LeaseUntil = session.Now + leaseFor });
                }

                return [.. leases.Where(lease => Find(state, lease) is null).Select(lease => lease.DeliveryId)];
            },
            cancellationToken);

    public async ValueTask<BacklogCount> CountBacklogAsync(string tenantId, CancellationToken cancellationToken) =>
        await session.ReadAsync(
            state => new BacklogCount(
                state.Unfinished.Values.SelectMany(open => open).Count(position => state.Deliveries[position].Delivery.TenantId == tenantId),
                state.Unfinished.Values.Sum(open => open.Count)),
            cancellationToken).ConfigureAwait(false);

    public Task<IReadOnlyList<WaitingWebhook>> ListWaitingAsync(CancellationToken cancellationToken) =>
        session.ReadAsync<IReadOnlyList<WaitingWebhook>>(
            state =>
            [
                .. from stored in state.Webhooks.Values
                   where stored.DeleteTime is null
                   let due = NextDue(state, stored.Webhook.Id)
                   where due is not null
                   select new WaitingWebhook(stored.Webhook.TenantId, stored.Webhook.Id, due.Value),
            ],
            cancellationToken);

    private ClaimResult Claim(StoreState state, ClaimRequest request)
    {
        if (state.FindWebhook(request.WebhookId) is null)
        {
            return new ClaimResult([], null);
        }

        var now = session.Now;
        var due = state.UnfinishedOf(request.WebhookId)
            .Where(stored => stored.Delivery.NextAttemptTime <= now)
            .OrderBy(stored => stored.Delivery.NextAttemptTime)
            .ToList();
        var claimed = new List<DeliveryRecord>();
        foreach (var stored in due)
        {
            if (claimed.Count >= request.Limit)
            {
                break;
            }

            // Asked one by one: one that was claimed just now is ahead of the others of its line.
            if (OrderingLines.FindAhead(state, stored.Delivery, now) is null)
            {
                var leased = DeliveryTransitions.Claim(stored.Delivery, now);
                claimed.Add(state.Save(stored, leased, request.Owner, now + request.LeaseFor).Delivery);
            }
        }

        return new ClaimResult(claimed, NextDue(state, request.WebhookId));
    }

    private Completed? Complete(StoreState state, Completion completion)
    {
        if (Find(state, new Lease(completion.Delivery.Id, completion.Delivery.Fence)) is not { } held)
        {
            return null;
        }

        var (now, before) = (session.Now, held.Delivery);
        var deleted = state.FindWebhook(before.WebhookId) is null;
        var erased = MemoryErasureStore.ReasonOf(state, held);
        var completed = DeliveryTransitions.Complete(completion, before.AttemptCount, before.RoundAttempts, deleted, erased, now);
        var attempt = erased == EndReason.None ? completion.Attempt : ErasureRules.Erase(completion.Attempt);
        var attempts = held.Attempts.Add(attempt with { Number = completed.AttemptCount });
        held = held with { Attempts = attempts.Count > AttemptsKept ? attempts.RemoveAt(0) : attempts };
        completed = state.Save(held, completed).Delivery;
        MemoryStatsStore.Note(state, completed, now);
        var next = completed.OrderingKey.Length > 0
            ? OrderingLines.First(state, completed.WebhookId, completed.OrderingKey, now)
            : null;
        return new Completed(completed, next?.Id == completed.Id ? null : next?.NextAttemptTime);
    }

    private CompletionEffectsResult Complete(StoreState state, Completion completion, CompletionEffects effects)
    {
        var tenantId = completion.Delivery.TenantId;
        if (state.FindTenant(tenantId)?.ConfigVersion != effects.ConfigVersion)
        {
            return new CompletionEffectsResult.StaleConfig();
        }

        if (Complete(state, completion) is not { } completed)
        {
            return new CompletionEffectsResult.Stale();
        }

        var suspension = effects.Suspended is { } webhook ? WebhookWrites.Update(state, webhook, expectedConfig: null) : null;
        if (suspension is { Outcome: not WebhookWriteOutcome.Done })
        {
            throw new ArgumentException($"The webhook cannot be suspended: {suspension.Outcome}.", nameof(effects));
        }

        if (effects.Audit is { } audit)
        {
            state.Log(suspension, changed: true, audit, session.Now);
        }

        var version = suspension?.ConfigVersion ?? effects.ConfigVersion;
        return new CompletionEffectsResult.Recorded(
            completed, suspension, Appends.AppendAll(state, tenantId, version, effects.OperationalEvents, session.Now));
    }

    /// <summary>When the next waiting delivery of a webhook is due that need not wait for another one.</summary>
    private DateTimeOffset? NextDue(StoreState state, string webhookId) => state.UnfinishedOf(webhookId)
        .Where(stored => OrderingLines.FindAhead(state, stored.Delivery, session.Now) is null)
        .Min(stored => stored.Delivery.NextAttemptTime);

    private static StoredDelivery? Find(StoreState state, Lease lease) =>
        state.FindDelivery(lease.DeliveryId) is { Delivery.State: DeliveryState.InFlight } stored && stored.Delivery.Fence == lease.Fence
            ? stored
            : null;
}
