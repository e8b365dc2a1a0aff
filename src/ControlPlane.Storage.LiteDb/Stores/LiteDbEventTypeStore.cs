namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbEventTypeStore(LiteDbDatabase database) : IEventTypeStore
{
    public Task<EventTypeWrite> CreateAsync(EventTypeRecord type, int maximum, CancellationToken cancellationToken) =>
        database.WriteAsync(session => EventTypeWrites.Create(session, type, maximum), cancellationToken);

    public Task<EventTypeWrite> UpdateAsync(EventTypeRecord type, CancellationToken cancellationToken) =>
        database.WriteAsync(session => EventTypeWrites.Update(session, type), cancellationToken);

    public Task<EventTypeWrite> DeleteAsync(string tenantId, string name, long? version, CancellationToken cancellationToken) =>
        database.WriteAsync(session => EventTypeWrites.Delete(session, tenantId, name, version), cancellationToken);

    public Task<EventTypeRecord?> GetAsync(string tenantId, string name, CancellationToken cancellationToken) =>
        database.ReadAsync(
            documents => TenantRef.FindLive(documents, tenantId) is { } tenant
                ? EventTypeDocuments.Find(documents, tenant.Seq, name)?.EventType
                : null,
            cancellationToken);

    public Task<Page<EventTypeRecord>> ListAsync(
        string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => EventTypeDocuments.List(documents, tenantId, before, limit), cancellationToken);
}
