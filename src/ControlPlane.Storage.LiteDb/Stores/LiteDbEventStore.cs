using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.LiteDb;

/// <inheritdoc/>
internal sealed class LiteDbEventStore(LiteDbDatabase database, SlicedAppends<WriteSession> appends) : IEventStore
{
    public Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken) =>
        appends.AppendAsync(request, cancellationToken);

    public Task<IReadOnlyList<EventRecord>> FindAsync(string eventId, string? tenantId, CancellationToken cancellationToken) =>
        database.ReadAsync(documents => EventDocuments.Find(documents, eventId, tenantId), cancellationToken);

    public Task<IReadOnlyList<EventRecord>> FindManyAsync(
        IReadOnlyList<string> eventIds, string tenantId, long maxBytes, CancellationToken cancellationToken) =>
        database.ReadFirstAsync(documents => EventDocuments.FindMany(documents, eventIds, tenantId, maxBytes), cancellationToken);

    public Task<Page<EventRecord>> ListAsync(EventQuery query, CancellationToken cancellationToken) =>
        database.ReadPageAsync(
            query.Before, query.Limit, (documents, before, limit) => EventList.Read(documents, query with { Before = before, Limit = limit }), cancellationToken);
}
