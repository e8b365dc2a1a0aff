namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbAuditStore(LiteDbDatabase database) : IAuditStore
{
    public Task<Page<AuditRecord>> ListAsync(AuditQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => AuditDocuments.List(documents, query), cancellationToken);
}
