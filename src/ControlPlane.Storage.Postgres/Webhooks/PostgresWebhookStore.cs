namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresWebhookStore(Transactions transactions, Appends appends) : IWebhookStore
{
    private const string FindTenantOf =
        "SELECT t.id FROM webhooks w JOIN tenants t ON t.seq = w.tenant_seq WHERE w.id = $1 AND w.delete_time IS NULL";

    private const string OfTenant = WebhookRows.Select + "WHERE w.tenant_seq = $1 AND w.delete_time IS NULL AND w.seq < $2 ORDER BY w.seq DESC LIMIT $3";
    private const string Listed = WebhookRows.Select + "WHERE $1 = 0 AND w.delete_time IS NULL AND w.seq < $2 ORDER BY w.seq DESC LIMIT $3";
    private static readonly WebhookWrite NotFound = new(WebhookWriteOutcome.NotFound, null, 0);

    private Database Database => transactions.Database;

    public Task<WebhookWrite> CreateAsync(
        WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) => transactions.RunAsync<WebhookWrite>(
        new Questions { ChangedTenants = { webhook.TenantId } },
        async (unit, answers) =>
        {
            var write = await WebhookWrites.CreateAsync(unit, answers, webhook).ConfigureAwait(false);
            unit.Log(write, write.Outcome == WebhookWriteOutcome.Done, audit);
            return () => write;
        },
        cancellationToken);

    public Task<WebhookWrite> UpdateAsync(WebhookRecord webhook, AuditRecord audit, CancellationToken cancellationToken) =>
        UpdateAsync(webhook, null, [], audit, cancellationToken);

    public Task<WebhookWrite> UpdateAsync(
        WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events, AuditRecord audit, CancellationToken cancellationToken) =>
        UpdateAsync(webhook, (long?)configVersion, events, audit, cancellationToken);

    public async Task<WebhookWrite> DeleteAsync(
        string webhookId, long? version, DateTimeOffset now, AuditRecord audit, CancellationToken cancellationToken)
    {
        if (await FindTenantAsync(webhookId, cancellationToken).ConfigureAwait(false) is not { } tenantId)
        {
            return NotFound;
        }

        return await transactions.RunAsync<WebhookWrite>(
            new Questions { ChangedTenants = { tenantId } },
            async (unit, answers) =>
            {
                var write = answers.Tenants.TryGetValue(tenantId, out var tenant)
                    ? await WebhookWrites.DeleteAsync(unit, webhookId, tenant, version, now).ConfigureAwait(false)
                    : NotFound;
                unit.Log(write, write.Outcome == WebhookWriteOutcome.Done, audit);
                return () => write;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task SetFailingSinceAsync(string webhookId, DateTimeOffset? since, CancellationToken cancellationToken) => transactions.RunAsync<bool>(
        async unit =>
        {
            await unit.RunAsync(
                "UPDATE webhooks SET failing_since = $2::bigint WHERE id = $1 AND delete_time IS NULL", webhookId, since).ConfigureAwait(false);
            return () => true;
        },
        cancellationToken);

    public async Task<WebhookRecord?> GetAsync(string webhookId, CancellationToken cancellationToken) =>
        (await Database.FindAsync(WebhookRows.ById, WebhookRows.Read, cancellationToken, webhookId).ConfigureAwait(false))?.Webhook;

    public async Task<Page<WebhookRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken)
    {
        var tenant = tenantId is null
            ? 0
            : await Database.FindAsync("SELECT seq FROM tenants WHERE id = $1", row => row.GetInt64(0), cancellationToken, tenantId).ConfigureAwait(false);
        var found = await Database.ListAsync(
            tenantId is null ? Listed : OfTenant, WebhookRows.Read, cancellationToken, tenant, before ?? long.MaxValue, limit + 1).ConfigureAwait(false);
        return new Page<WebhookRecord>(
            [.. found.Take(limit).Select(stored => stored!.Value.Webhook)], found.Count > limit ? found[limit - 1]!.Value.Seq : null);
    }

    public Task<long?> GetConfigVersionAsync(string tenantId, CancellationToken cancellationToken) => Database.FindAsync(
        "SELECT config_version FROM tenants WHERE id = $1 AND delete_time IS NULL", row => (long?)row.GetInt64(0), cancellationToken, tenantId);

    public Task<TenantConfig?> LoadTenantAsync(string tenantId, CancellationToken cancellationToken) =>
        TenantConfigs.LoadAsync(Database, tenantId, cancellationToken);

    private async Task<WebhookWrite> UpdateAsync(
        WebhookRecord webhook, long? configVersion, IReadOnlyList<NewEvent> events, AuditRecord audit, CancellationToken cancellationToken)
    {
        if (await FindTenantAsync(webhook.Id, cancellationToken).ConfigureAwait(false) is not { } tenantId)
        {
            return NotFound;
        }

        await appends.ResolveAsync(events, cancellationToken).ConfigureAwait(false);
        var questions = new Questions { ChangedTenants = { tenantId } };
        appends.TryAsk(questions, tenantId, events);
        return await transactions.RunAsync<WebhookWrite>(
            questions,
            async (unit, answers) =>
            {
                var write = answers.Tenants.TryGetValue(tenantId, out var tenant)
                    ? await WebhookWrites.UpdateAsync(unit, webhook, tenant, configVersion).ConfigureAwait(false)
                    : NotFound;
                if (write.Outcome != WebhookWriteOutcome.Done)
                {
                    return () => write;
                }

                unit.Audits.Add(audit);
                var added = appends.Stage(unit, answers, tenantId, tenant.Seq, events, "", TimeSpan.Zero);
                return () => write with { OperationalEvents = Appends.Answer(added, events) };
            },
            cancellationToken).ConfigureAwait(false);
    }

    private Task<string?> FindTenantAsync(string webhookId, CancellationToken cancellationToken) =>
        Database.FindAsync(FindTenantOf, row => row.GetString(0), cancellationToken, webhookId);
}
