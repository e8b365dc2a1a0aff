using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresDeliveryQueue(
    Batcher batcher, Claims claims, CompletionWrites completions, DeliveryPlaces places, WaitingWebhooks waiting, Backlogs backlogs) : IDeliveryQueue
{
    /// <summary>Called with leases that could not be given back now.</summary>
    public event Action<IReadOnlyList<Lease>>? NotReleased;

    public Task<ClaimResult> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        claims.ClaimAsync(request, cancellationToken);

    public async Task<Completed?> CompleteAsync(Completion completion, CancellationToken cancellationToken)
    {
        DeliveryTransitions.Validate(completion);
        using var use = batcher.Enter();
        var id = completion.Delivery.Id;
        if (!(await places.FindAsync([id], cancellationToken).ConfigureAwait(false)).TryGetValue(id, out var place))
        {
            return null;
        }

        return await batcher.RunAsync<Completed?>(
            questions => questions.TryAsk([place]),
            (unit, answers) => DeliveryWrites.Complete(unit, answers, place.Seq, completion) is { } completed
                ? () =>
                {
                    places.Forget(id);
                    return new Completed(completed.Staged.Delivery, completed.Next);
                }
            : () => null,
            cancellationToken,
            completion.Delivery.TenantId).ConfigureAwait(false);
    }

    public Task<CompletionEffectsResult> CompleteAsync(
        Completion completion, CompletionEffects effects, CancellationToken cancellationToken)
    {
        DeliveryTransitions.Validate(completion);
        return completions.CompleteAsync(completion, effects, cancellationToken);
    }

    public async Task ReleaseAsync(IReadOnlyList<Lease> leases, TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await ReleaseNowAsync(leases, delay, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageUnavailableException)
        {
            NotReleased?.Invoke(leases);
            throw;
        }
    }

    /// <summary>Gives leases back, once.</summary>
    public async Task ReleaseNowAsync(IReadOnlyList<Lease> leases, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var use = batcher.Enter();
        foreach (var chunk in await PlaceAsync(leases, cancellationToken).ConfigureAwait(false))
        {
            await batcher.RunAsync<bool>(
                questions => questions.TryAsk([.. chunk.Select(each => each.Place)]),
                (unit, answers) =>
                {
                    foreach (var (place, lease) in chunk)
                    {
                        if (DeliveryWrites.Find(unit, answers, place.Seq, lease.Fence) is { } stored)
                        {
                            DeliveryWrites.Save(unit, answers, stored, DeliveryTransitions.Release(stored.Delivery, stored.Erased, unit.Now + delay, unit.Now));
                        }
                    }

                    return () => true;
                },
                cancellationToken,
                rows: chunk.Count).ConfigureAwait(false);
        }
    }

    public async Task<IReadOnlyList<string>> ExtendAsync(
        IReadOnlyList<Lease> leases, TimeSpan leaseFor, CancellationToken cancellationToken)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in await PlaceAsync(leases, cancellationToken).ConfigureAwait(false))
        {
            held.UnionWith(await batcher.RunAsync<IEnumerable<string>>(
                questions => questions.TryAsk([.. chunk.Select(each => each.Place with { Line = null })]),
                (unit, answers) =>
                {
                    var found = chunk.Where(each => DeliveryWrites.Find(unit, answers, each.Place.Seq, each.Lease.Fence) is not null).ToList();
                    found.ForEach(each => unit.Extended[each.Place.Seq] = unit.Now + leaseFor);
                    return () => found.Select(each => each.Lease.DeliveryId);
                },
                cancellationToken,
                rows: chunk.Count).ConfigureAwait(false));
        }

        return [.. leases.Select(lease => lease.DeliveryId).Where(id => !held.Contains(id))];
    }

    public ValueTask<BacklogCount> CountBacklogAsync(string tenantId, CancellationToken cancellationToken) =>
        backlogs.CountAsync(tenantId, cancellationToken);

    public Task<IReadOnlyList<WaitingWebhook>> ListWaitingAsync(CancellationToken cancellationToken) => waiting.ListAsync(cancellationToken);

    /// <summary>Leases on deliveries that exist, each once, in parts.</summary>
    private async Task<List<List<(DeliveryPlace Place, Lease Lease)>>> PlaceAsync(
        IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        const int Most = 500;
        var found = await places.FindAsync(leases.Select(lease => lease.DeliveryId), cancellationToken).ConfigureAwait(false);
        return
        [
            .. leases.Where(lease => found.ContainsKey(lease.DeliveryId)).Select(lease => (found[lease.DeliveryId], lease))
                .Distinct().Chunk(Most).Select(chunk => chunk.ToList()),
        ];
    }
}
