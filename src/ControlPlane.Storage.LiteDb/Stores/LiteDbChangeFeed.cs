using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbChangeFeed(LiteDbDatabase database) : IChangeFeed
{
    public ValueTask<long> GetHeadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(database.Head);

    public Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<DeliveryRecord>>(documents => ReadAfter(documents, revision, limit), cancellationToken);

    public Task<long> GetFloorAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(documents => Counters.Load(documents).RevisionFloor, cancellationToken);

    public Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        database.ReadAsync(
            documents => Math.Max(TimeSearch.RevisionBefore(documents, time), Counters.Load(documents).RevisionFloor), cancellationToken);

    private static List<DeliveryRecord> ReadAfter(DocumentStore documents, long revision, int limit) =>
        [.. Changes.After(documents, revision).Select(change => Changes.Current(documents, change)).OfType<BsonDocument>().Take(limit).Select(DeliveryFormat.ReadRecord)];
}
