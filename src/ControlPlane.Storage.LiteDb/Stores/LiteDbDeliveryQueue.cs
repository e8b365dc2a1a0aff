using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbDeliveryQueue(LiteDbDatabase database) : IDeliveryQueue
{
    /// <summary>Leases that are changed in one operation: others' go in between.</summary>
    private const int LeasesAtOnce = 128;

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
        foreach (var some in leases.Chunk(LeasesAtOnce))
        {
            await database.WriteAsync("", some.Length, session => Leases.Release(session, some, delay), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    public async Task<IReadOnlyList<string>> ExtendAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, CancellationToken cancellationToken)
    {
        var stale = new List<string>();
        foreach (var some in leases.Chunk(LeasesAtOnce))
        {
            stale.AddRange(await database.WriteAsync("", some.Length, session => Leases.Extend(session, some, leaseFor), cancellationToken)
                .ConfigureAwait(false));
        }

        return stale;
    }

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
