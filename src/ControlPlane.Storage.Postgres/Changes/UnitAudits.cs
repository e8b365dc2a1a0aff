namespace ControlPlane.Storage.Postgres;

/// <summary>The entries of the audit log that a unit holds, as a statement.</summary>
internal static class UnitAudits
{
    // After the counters' row is locked, so that no two transactions give the same number.
    private const string Insert =
        """
        INSERT INTO audit_events SELECT greatest($1, l.last + 1) + u.ord - 1, u.tenant, u.actor, u.type, u.resource, u.method, u.document
        FROM (SELECT coalesce(max(seq), 0) last FROM audit_events) l,
          unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) WITH ORDINALITY
          u (tenant, actor, type, resource, method, document, ord)
        """;

    /// <summary>Adds what stores entries.</summary>
    public static void Add(Script script, Unit unit)
    {
        if (unit.Audits.Count > 0)
        {
            script.Add(
                Insert, unit.Now.ToMicroseconds(), Of(unit, each => each.TenantId), Of(unit, each => each.Actor.Id),
                Of(unit, each => each.ResourceType), Of(unit, each => each.ResourceId), Of(unit, each => each.Method),
                Of(unit, AuditRows.Write));
        }
    }

    private static T[] Of<T>(Unit unit, Func<AuditRecord, T> value) => [.. unit.Audits.Select(value)];
}
