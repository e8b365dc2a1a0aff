namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbEventTypeStore(LiteDbDatabase database) : IEventTypeStore
{
    public Task<EventTypeWrite> CreateAsync(EventTypeRecord type, int maximum, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => EventTypeWrites.Create(session, type, maximum), audit, cancellationToken);

    public Task<EventTypeWrite> UpdateAsync(EventTypeRecord type, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => EventTypeWrites.Update(session, type), audit, cancellationToken);

    public Task<EventTypeWrite> DeleteAsync(
        string tenantId, string name, long? version, AuditRecord audit, CancellationToken cancellationToken) =>
        WriteAsync(session => EventTypeWrites.Delete(session, tenantId, name, version), audit, cancellationToken);

    public Task<EventTypeRecord?> GetAsync(string tenantId, string name, CancellationToken cancellationToken) =>
        database.ReadAsync(
            documents => TenantRef.FindLive(documents, tenantId) is { } tenant
                ? EventTypeDocuments.Find(documents, tenant.Seq, name)?.EventType
                : null,
            cancellationToken);

    public Task<Page<EventTypeRecord>> ListAsync(
        string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadPageAsync(
            before, limit, (documents, from, some) => EventTypeDocuments.List(documents, tenantId, from, some), cancellationToken);

    private Task<EventTypeWrite> WriteAsync(Func<WriteSession, EventTypeWrite> write, AuditRecord audit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session => AuditDocuments.Log(session, write(session), written => written.Outcome == EventTypeWriteOutcome.Done, audit), cancellationToken);
}
