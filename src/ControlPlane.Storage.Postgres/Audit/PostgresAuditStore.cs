using System.Text.Json;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresAuditStore(Database database) : IAuditStore
{
    // After the counters' row is locked, so that no two transactions give the same number.
    private const string Insert =
        """
        INSERT INTO audit_events SELECT greatest($1, l.last + 1) + u.ord - 1, u.tenant, u.actor, u.type, u.resource, u.method, u.document
        FROM (SELECT coalesce(max(seq), 0) last FROM audit_events) l,
          unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) WITH ORDINALITY
          u (tenant, actor, type, resource, method, document, ord)
        """;

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
            "a.seq", values, query.Limit, Read, cancellationToken);
    }

    /// <summary>Adds what stores entries.</summary>
    public static void Add(Script script, Unit unit)
    {
        if (unit.Audits.Count > 0)
        {
            script.Add(
                Insert, unit.Now.ToMicroseconds(), Of(unit, each => each.TenantId), Of(unit, each => each.Actor.Id),
                Of(unit, each => each.ResourceType), Of(unit, each => each.ResourceId), Of(unit, each => each.Method),
                Of(unit, each => JsonSerializer.Serialize(each, Json.Default.AuditRecord)));
        }
    }

    private static T[] Of<T>(Unit unit, Func<AuditRecord, T> value) => [.. unit.Audits.Select(value)];

    private static (long, AuditRecord) Read(NpgsqlDataReader row) => (
        row.GetInt64(0),
        JsonSerializer.Deserialize(row.GetString(1), Json.Default.AuditRecord)! with { Time = Timestamps.FromMicroseconds(row.GetInt64(0)) });
}
