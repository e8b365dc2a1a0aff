namespace ControlPlane.Storage.Postgres;

/// <summary>What publishes of a tenant depend on, read in one snapshot.</summary>
internal static class TenantConfigs
{
    public static Task<TenantConfig?> LoadAsync(Database database, string tenantId, CancellationToken cancellationToken) => database.ReadAsync<TenantConfig?>(
        async connection =>
        {
            await using var script = new Script(connection)
                .Add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .Add("SELECT config_version, policy FROM tenants WHERE id = $1 AND delete_time IS NULL", tenantId)
                .Add(WebhookRows.Select + "WHERE w.tenant_seq = (SELECT seq FROM tenants WHERE id = $1) AND w.delete_time IS NULL ORDER BY w.seq DESC", tenantId)
                .Add("SELECT name FROM event_types WHERE tenant_seq = (SELECT seq FROM tenants WHERE id = $1)", tenantId)
                .Add("COMMIT");
            await using var rows = await script.ReadAsync(cancellationToken).ConfigureAwait(false);
            var tenant = (await rows.ListAsync(row => ((long Version, string Policy)?)(row.GetInt64(0), row.GetString(1)), cancellationToken)
                .ConfigureAwait(false)).FirstOrDefault();
            await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
            var webhooks = await rows.ListAsync(row => WebhookRows.Read(row)!.Value.Webhook, cancellationToken).ConfigureAwait(false);
            await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
            var types = await rows.ListAsync(row => row.GetString(0), cancellationToken).ConfigureAwait(false);
            await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
            return tenant is { } found
                ? new TenantConfig(tenantId, found.Version, webhooks) { EventTypes = types, Policy = TenantRows.ReadPolicy(found.Policy) }
                : null;
        },
        cancellationToken);
}
