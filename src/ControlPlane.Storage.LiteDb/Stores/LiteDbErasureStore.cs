namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbErasureStore(LiteDbDatabase database) : IErasureStore
{
    public Task<ErasureStretch> FindAsync(ErasureWalk walk, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => ErasureWalks.Read(documents, walk), cancellationToken);

    public Task<int> EraseAsync(Erasure erasure, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var erased = EventErasing.Erase(session, erasure.Positions);
            return erasure.Audit is { } audit ? AuditDocuments.Log(session, erased, count => count > 0, audit) : erased;
        },
        cancellationToken);
}
