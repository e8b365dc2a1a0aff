using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbDeliveryQueue(LiteDbDatabase database) : IDeliveryQueue
{
    public Task<ClaimResult> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        database.WriteAsync(request.TenantId, request.Limit, session => Claims.Claim(session, request), cancellationToken);

    public Task<Completed?> CompleteAsync(Completion completion, CancellationToken cancellationToken)
    {
        DeliveryTransitions.Validate(completion);
        return database.WriteAsync(completion.Delivery.TenantId, 1, session => Completions.Complete(session, completion), cancellationToken);
    }

    public Task<CompletionEffectsResult> CompleteAsync(Completion completion, CompletionEffects effects, CancellationToken cancellationToken)
    {
        DeliveryTransitions.Validate(completion);
        return database.WriteAsync(completion.Delivery.TenantId, 1, session => CompletionEffectWrites.Complete(session, completion, effects), cancellationToken);
    }

    public async Task ReleaseAsync(IReadOnlyList<Lease> leases, TimeSpan delay, CancellationToken cancellationToken)
    {
        if (leases.Count > 0)
        {
            await database.WriteAsync("", leases.Count, session => Leases.Release(session, leases, delay), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    public async Task<IReadOnlyList<string>> ExtendAsync(
        IReadOnlyList<Lease> leases, TimeSpan leaseFor, CancellationToken cancellationToken) =>
        leases.Count == 0
            ? []
            : await database.WriteAsync("", leases.Count, session => Leases.Extend(session, leases, leaseFor), cancellationToken)
                .ConfigureAwait(false);

    public ValueTask<BacklogCount> CountBacklogAsync(string tenantId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Backlog.Of(tenantId));

    public async Task<IReadOnlyList<WaitingWebhook>> ListWaitingAsync(CancellationToken cancellationToken)
    {
        var found = new List<WaitingWebhook>();
        await WaitingWalk.RunAsync(database, (documents, first) => Claims.NoteWaiting(documents, first, found), cancellationToken)
            .ConfigureAwait(false);
        return found;
    }
}
