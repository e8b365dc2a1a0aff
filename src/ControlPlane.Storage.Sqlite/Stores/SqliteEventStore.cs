using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteEventStore(SqliteDatabase database, SlicedAppends<WriteSession> appends) : IEventStore
{
    public Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken) =>
        appends.AppendAsync(request, cancellationToken);

    public Task<IReadOnlyList<EventRecord>> FindAsync(string eventId, string? tenantId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => EventRows.Find(connection, eventId, tenantId), cancellationToken);

    public Task<IReadOnlyList<EventRecord>> FindManyAsync(
        IReadOnlyList<string> eventIds, string tenantId, long maxBytes, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => EventRows.FindMany(connection, eventIds, tenantId, maxBytes), cancellationToken);

    public Task<Page<EventRecord>> ListAsync(EventQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => EventList.Read(connection, query), cancellationToken);
}
