namespace ControlPlane.Storage.Postgres;

/// <summary>Creating, changing and deleting tenants. Who stores an external id that another transaction stores at the same time is done
/// anew, and then finds it.</summary>
internal static class TenantWrites
{
    public static async Task<TenantWrite> CreateAsync(Unit unit, TenantRecord tenant)
    {
        if (await unit.FindAsync("SELECT true FROM tenants WHERE id = $1", row => row.GetBoolean(0), tenant.Id).ConfigureAwait(false))
        {
            return TenantWrite.IdTaken;
        }

        if (await IsTakenAsync(unit, tenant).ConfigureAwait(false))
        {
            return TenantWrite.ExternalIdTaken;
        }

        var created = await unit.FindAsync(TenantRows.Insert, row => row.GetInt64(0), TenantRows.ValuesOf(tenant)).ConfigureAwait(false);
        return created > 0 ? TenantWrite.Done : TenantWrite.IdTaken;
    }

    public static async Task<TenantWrite> UpdateAsync(Unit unit, TenantRecord tenant, Answers answers)
    {
        var stored = await unit.FindAsync(TenantRows.ById, TenantRows.Read, tenant.Id).ConfigureAwait(false);
        if (stored is not { } before || before.Tenant.Version != tenant.Version - 1)
        {
            return TenantWrite.VersionMismatch;
        }

        if (await IsTakenAsync(unit, tenant).ConfigureAwait(false))
        {
            return TenantWrite.ExternalIdTaken;
        }

        await unit.RunAsync(
            "UPDATE tenants SET name = $2, labels = $3, policy = $4, version = $5, update_time = $6, external_id = $7 WHERE seq = $1",
            before.Seq, tenant.Name, Json.Write(tenant.Labels), TenantRows.WritePolicy(tenant.Policy), tenant.Version, tenant.UpdateTime,
            TenantRows.ExternalIdOf(tenant)).ConfigureAwait(false);
        if (TenantRows.WritePolicy(tenant.Policy) != TenantRows.WritePolicy(before.Tenant.Policy))
        {
            await WebhookWrites.BumpAsync(unit, tenant.Id, answers.Tenants[tenant.Id]).ConfigureAwait(false);
        }

        return TenantWrite.Done;
    }

    public static async Task<TenantDelete> DeleteAsync(
        Unit unit, string tenantId, KnownTenant tenant, (long? Version, bool Force, DateTimeOffset Now) terms)
    {
        var (stored, webhooks) = await unit.FindAsync(
            "SELECT version, EXISTS (SELECT 1 FROM webhooks w WHERE w.tenant_seq = t.seq AND w.delete_time IS NULL) FROM tenants t WHERE seq = $1",
            row => (row.GetInt64(0), row.GetBoolean(1)), tenant.Seq).ConfigureAwait(false);
        if (terms.Version is not null && terms.Version != stored)
        {
            return TenantDelete.VersionMismatch;
        }

        if (webhooks && !terms.Force)
        {
            return TenantDelete.NotEmpty;
        }

        await using var script = new Script(unit.Connection)
            .Add("UPDATE webhooks SET delete_time = $2 WHERE tenant_seq = $1 AND delete_time IS NULL", tenant.Seq, terms.Now)
            .Add("DELETE FROM event_types WHERE tenant_seq = $1", tenant.Seq)
            .Add("UPDATE api_keys SET revoke_time = $2 WHERE tenant_seq = $1 AND revoke_time IS NULL", tenant.Seq, terms.Now)
            .Add("UPDATE tenants SET delete_time = $2 WHERE seq = $1", tenant.Seq, terms.Now);
        await script.RunAsync(CancellationToken.None).ConfigureAwait(false);
        unit.Reconfigured.Add(tenantId);
        unit.KeysRevoked.Add(tenantId);
        return TenantDelete.Done;
    }

    private static async Task<bool> IsTakenAsync(Unit unit, TenantRecord tenant) =>
        tenant.ExternalId.Length > 0
        && await unit.FindAsync(TenantRows.ByExternalId, TenantRows.Read, tenant.ExternalId).ConfigureAwait(false) is { } other
        && other.Tenant.Id != tenant.Id;
}
