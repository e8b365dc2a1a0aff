namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteEventTypeStore(SqliteDatabase database) : IEventTypeStore
{
    public Task<EventTypeWrite> CreateAsync(EventTypeRecord type, int maximum, CancellationToken cancellationToken) =>
        database.WriteAsync(session => EventTypeWrites.Create(session, type, maximum), cancellationToken);

    public Task<EventTypeWrite> UpdateAsync(EventTypeRecord type, CancellationToken cancellationToken) =>
        database.WriteAsync(session => EventTypeWrites.Update(session, type), cancellationToken);

    public Task<EventTypeWrite> DeleteAsync(string tenantId, string name, long? version, CancellationToken cancellationToken) =>
        database.WriteAsync(session => EventTypeWrites.Delete(session, tenantId, name, version), cancellationToken);

    public Task<EventTypeRecord?> GetAsync(string tenantId, string name, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => TenantKeys.FindConfig(connection, tenantId) is { } tenant
                ? EventTypeRows.Find(connection, tenant.Seq, name)?.EventType
                : null,
            cancellationToken);

    public Task<Page<EventTypeRecord>> ListAsync(
        string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => EventTypeRows.List(connection, tenantId, before, limit), cancellationToken);
}
