namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresAuditStore(Database database) : IAuditStore
{
    public Task<Page<AuditRecord>> ListAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        List<object?> values = [];
        var looked = new Conditions(values).Add("x.seq < {0}", query.To).Add("x.seq >= {0}", query.From);
        // By what fewest entries have.
        _ = query switch
        {
            { ResourceId: { } resource } => looked.Add("x.resource = {0}", resource),
            { ActorId: { } actor } => looked.Add("x.actor = {0}", actor),
            { Method: { } method } => looked.Add("x.method = {0}", method),
            _ => looked.AddIf("x.tenant = {0}", query.TenantId),
        };
        var conditions = new Conditions(values)
            .AddIf("a.tenant = {0}", query.TenantId)
            .AddIf("a.actor = {0}", query.ActorId)
            .AddIf("a.resource_type = {0}", query.ResourceType)
            .AddIf("a.method = {0}", query.Method);
        return BoundedList.ReadAsync(
            database, $"SELECT * FROM audit_events x WHERE TRUE{looked} ORDER BY x.seq DESC", "SELECT a.seq, a.document FROM {0} a", conditions,
            "a.seq", values, query.Limit, row => AuditRows.Read(row), cancellationToken);
    }
}
