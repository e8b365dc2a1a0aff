using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbChangeFeed(LiteDbDatabase database) : IChangeFeed
{
    private static readonly BsonExpression Owner = BsonExpression.Create("{_id: $._id, rv: $.rv, ts: $.ts}");

    public ValueTask<long> GetHeadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(database.Head);

    public async Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken)
    {
        var found = new List<DeliveryRecord>();
        for (long? next = revision; next is { } after && found.Count < limit;)
        {
            var atMost = Math.Min(ReadBounds.SeekAtMost, limit - found.Count);
            next = await database.ReadAsync(documents => ReadAfter(documents, after, atMost, found), cancellationToken).ConfigureAwait(false);
        }

        return found;
    }

    public Task<TenantChanges> ReadAfterAsync(long revision, int limit, string tenantId, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => ReadAfter(documents, revision, Math.Min(ReadBounds.SeekAtMost, limit), tenantId), cancellationToken);

    public Task<long> GetFloorAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(documents => Counters.Load(documents).RevisionFloor, cancellationToken);

    public Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        database.ReadAsync(
            documents => Math.Max(TimeSearch.RevisionBefore(documents, time), Counters.Load(documents).RevisionFloor), cancellationToken);

    /// <summary>Adds what still counts of the next changes; returns the revision to go on after, null if there are no more.</summary>
    private static long? ReadAfter(DocumentStore documents, long revision, int atMost, List<DeliveryRecord> into)
    {
        var changes = Changes.After(documents, revision).Take(atMost).ToList();
        into.AddRange(
            from current in Changes.Current(documents, changes) where current.Document is not null select DeliveryFormat.ReadRecord(current.Document));
        return NextOf(changes, atMost);
    }

    private static TenantChanges ReadAfter(DocumentStore documents, long revision, int atMost, string tenantId)
    {
        if (TenantRef.Find(documents, tenantId) is not { } tenant)
        {
            return new TenantChanges([], null);
        }

        var changes = Changes.After(documents, revision).Take(atMost).ToList();
        // Most are others'.
        var own = from current in Changes.Current(documents, changes, Owner) where current.Document?.Long("ts") == tenant.Seq select current.Change.Delivery;
        return new TenantChanges(
            [.. documents.FindEach(Collections.Deliveries, own).Select(DeliveryFormat.ReadRecord)], NextOf(changes, atMost));
    }

    private static long? NextOf(List<Change> changes, int atMost) => changes.Count == atMost ? changes[^1].Revision : null;
}
