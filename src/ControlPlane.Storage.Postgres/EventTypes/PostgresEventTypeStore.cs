using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresEventTypeStore(Transactions transactions) : IEventTypeStore
{
    private const string ByName = EventTypeRows.Select + "WHERE e.tenant_seq = (SELECT seq FROM tenants WHERE id = $1) AND e.name = $2";
    private static readonly EventTypeWrite TenantNotFound = new(EventTypeWriteOutcome.TenantNotFound, null);

    public Task<EventTypeWrite> CreateAsync(EventTypeRecord type, int maximum, AuditRecord audit, CancellationToken cancellationToken) => WriteAsync(
        type.TenantId, type.Name, audit,
        async (unit, tenant, stored) =>
        {
            var count = await unit.FindAsync("SELECT count(*) FROM event_types WHERE tenant_seq = $1", row => row.GetInt64(0), tenant.Seq).ConfigureAwait(false);
            var outcome = EventTypeTransitions.CheckCreate(stored is not null, count, maximum);
            if (outcome != EventTypeWriteOutcome.Done)
            {
                return new EventTypeWrite(outcome, null);
            }

            await unit.RunAsync(EventTypeRows.InsertByTenantId, EventTypeRows.ValuesOf(type)).ConfigureAwait(false);
            await WebhookWrites.BumpAsync(unit, type.TenantId, tenant).ConfigureAwait(false);
            return new EventTypeWrite(outcome, type);
        },
        cancellationToken);

    public Task<EventTypeWrite> UpdateAsync(EventTypeRecord type, AuditRecord audit, CancellationToken cancellationToken) => WriteAsync(
        type.TenantId, type.Name, audit,
        async (unit, tenant, stored) =>
        {
            if (EventTypeTransitions.CheckUpdate(stored?.Type, type) is var outcome and not EventTypeWriteOutcome.Done)
            {
                return new EventTypeWrite(outcome, null);
            }

            var updated = type with { CreateTime = stored!.Value.Type.CreateTime };
            await unit.RunAsync(
                """
                UPDATE event_types SET description = $2, deprecated = $3, version = $4, update_time = $5, schema = $6, schema_version = $7, examples = $8
                WHERE seq = $1
                """,
                stored.Value.Seq, updated.Description, updated.Deprecated, updated.Version, updated.UpdateTime, updated.Schema,
                updated.SchemaVersion, updated.Examples.ToArray()).ConfigureAwait(false);
            if (EventTypeTransitions.ChangesPublishes(stored.Value.Type, updated))
            {
                await WebhookWrites.BumpAsync(unit, type.TenantId, tenant).ConfigureAwait(false);
            }

            return new EventTypeWrite(EventTypeWriteOutcome.Done, updated);
        },
        cancellationToken);

    public Task<EventTypeWrite> DeleteAsync(
        string tenantId, string name, long? version, AuditRecord audit, CancellationToken cancellationToken) => WriteAsync(
        tenantId, name, audit,
        async (unit, tenant, stored) =>
        {
            if (EventTypeTransitions.CheckDelete(stored?.Type, version) is var outcome and not EventTypeWriteOutcome.Done)
            {
                return new EventTypeWrite(outcome, null);
            }

            await unit.RunAsync("DELETE FROM event_types WHERE seq = $1", stored!.Value.Seq).ConfigureAwait(false);
            await WebhookWrites.BumpAsync(unit, tenantId, tenant).ConfigureAwait(false);
            return new EventTypeWrite(EventTypeWriteOutcome.Done, stored.Value.Type);
        },
        cancellationToken);

    public async Task<EventTypeRecord?> GetAsync(string tenantId, string name, CancellationToken cancellationToken) =>
        (await transactions.Database.FindAsync(ByName, EventTypeRows.Read, cancellationToken, tenantId, name).ConfigureAwait(false))?.Type;

    public async Task<Page<EventTypeRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken)
    {
        var found = await transactions.Database.ListAsync(
            EventTypeRows.Select + (tenantId is null ? "WHERE $1::text IS NULL AND " : "WHERE e.tenant_seq = (SELECT seq FROM tenants WHERE id = $1) AND ")
                + "e.seq < $2 ORDER BY e.seq DESC LIMIT $3",
            EventTypeRows.Read, cancellationToken, tenantId, before ?? long.MaxValue, limit + 1).ConfigureAwait(false);
        return new Page<EventTypeRecord>(
            [.. found.Take(limit).Select(stored => stored!.Value.Type)], found.Count > limit ? found[limit - 1]!.Value.Seq : null);
    }

    private Task<EventTypeWrite> WriteAsync(
        string tenantId, string name, AuditRecord audit, Func<Unit, KnownTenant, (long Seq, EventTypeRecord Type)?, Task<EventTypeWrite>> write,
        CancellationToken cancellationToken) => transactions.RunAsync<EventTypeWrite>(
        new Questions { ChangedTenants = { tenantId } },
        async (unit, answers) =>
        {
            if (!answers.Tenants.TryGetValue(tenantId, out var tenant))
            {
                return () => TenantNotFound;
            }

            var written = await write(unit, tenant, await unit.FindAsync(ByName, EventTypeRows.Read, tenantId, name).ConfigureAwait(false)).ConfigureAwait(false);
            unit.Log(written, written.Outcome == EventTypeWriteOutcome.Done, audit);
            return () => written;
        },
        cancellationToken);
}
