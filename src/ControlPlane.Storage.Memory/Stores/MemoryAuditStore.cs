namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryAuditStore(MemorySession session) : IAuditStore
{
    public Task<Page<AuditRecord>> ListAsync(AuditQuery query, CancellationToken cancellationToken) => session.ReadAsync(
        state => Pages.Of(
            state.Audit.Where(entry => entry.Key >= query.From && query.Matches(entry.Value)),
            query.To, query.Limit, entry => entry.Key, entry => entry.Value),
        cancellationToken);
}
