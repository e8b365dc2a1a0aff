namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteEventTypeStore(SqliteDatabase database) : IEventTypeStore
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
            connection => TenantKeys.FindConfig(connection, tenantId) is { } tenant
                ? EventTypeRows.Find(connection, tenant.Seq, name)?.EventType
                : null,
            cancellationToken);

    public Task<Page<EventTypeRecord>> ListAsync(
        string? tenantId, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => EventTypeRows.List(connection, tenantId, before, limit), cancellationToken);

    private Task<EventTypeWrite> WriteAsync(Func<WriteSession, EventTypeWrite> write, AuditRecord audit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session => AuditRows.Log(session, write(session), written => written.Outcome == EventTypeWriteOutcome.Done, audit), cancellationToken);
}
