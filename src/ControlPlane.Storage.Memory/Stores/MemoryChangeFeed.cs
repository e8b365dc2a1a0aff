namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryChangeFeed(MemorySession session) : IChangeFeed
{
    public async ValueTask<long> GetHeadAsync(CancellationToken cancellationToken) =>
        await session.ReadAsync(state => state.Revision, cancellationToken).ConfigureAwait(false);

    public Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken) =>
        session.ReadAsync<IReadOnlyList<DeliveryRecord>>(
            state => [.. InOrder(state).Where(delivery => delivery.Revision > revision).Take(limit)], cancellationToken);

    public Task<long> GetFloorAsync(CancellationToken cancellationToken) => session.ReadAsync(state => state.Floor, cancellationToken);

    public Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) => session.ReadAsync(
        state => Math.Max(
            state.Floor, InOrder(state).FirstOrDefault(delivery => delivery.UpdateTime >= time)?.Revision - 1 ?? state.Revision),
        cancellationToken);

    private static IEnumerable<DeliveryRecord> InOrder(StoreState state) =>
        state.Deliveries.Values.Select(stored => stored.Delivery).OrderBy(delivery => delivery.Revision);
}
