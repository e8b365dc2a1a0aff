namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbAuditStore(LiteDbDatabase database) : IAuditStore
{
    public Task<Page<AuditRecord>> ListAsync(AuditQuery query, CancellationToken cancellationToken) =>
        database.ReadPageAsync(
            query.Position, query.Limit, (documents, before, limit) => AuditDocuments.List(documents, query with { Position = before, Limit = limit }), cancellationToken);
}
