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

    private static List<DeliveryRecord> ReadAfter(DocumentStore documents, long revision, int limit)
    {
        var changes = new List<DeliveryRecord>();
        foreach (var kind in new[] { KeyKind.Free, KeyKind.Leased })
        {
            using var rows = documents.WithinKeys(Collections.Deliveries, Key.Of(kind, revision + 1), Key.Of(kind, long.MaxValue));
            for (var left = limit; left > 0 && rows.Step(); left--)
            {
                changes.Add(DeliveryFormat.ReadRecord(rows.Current));
            }
        }

        changes.Sort((one, other) => one.Revision.CompareTo(other.Revision));
        return changes.Count > limit ? changes[..limit] : changes;
    }
}
