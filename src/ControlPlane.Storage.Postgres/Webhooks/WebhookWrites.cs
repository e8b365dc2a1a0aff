using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <summary>Changing webhooks, each time together with their tenant's configuration version, whose row is locked first.</summary>
internal static class WebhookWrites
{
    private const string FindTaken =
        WebhookRows.Select + "WHERE w.tenant_seq = $1 AND w.external_id = $2 AND w.delete_time IS NULL";

    private const string FindCreated =
        WebhookRows.Select + "WHERE w.tenant_seq = $1 AND w.request_id = $2 AND w.delete_time IS NULL";

    private const string Count = "SELECT count(*) FROM webhooks WHERE tenant_seq = $1 AND delete_time IS NULL";
    private const string FindPolicy = "SELECT policy FROM tenants WHERE seq = $1";
    private const string TakeNumber = "UPDATE tenants SET webhook_number = webhook_number + 1 WHERE seq = $1 RETURNING webhook_number";
    private const string BumpVersion = "UPDATE tenants SET config_version = config_version + 1 WHERE seq = $1";

    /// <summary>Lets the first one that is blocked go in every line; those whose turn it is not are blocked again.</summary>
    private const string ReleaseLines =
        """
        UPDATE deliveries SET blocked = FALSE
        WHERE seq IN (SELECT min(seq) FROM deliveries WHERE webhook_seq = $1 AND blocked GROUP BY line)
        """;

    private static readonly WebhookWrite NotFound = new(WebhookWriteOutcome.NotFound, null, 0);

    public static async Task<WebhookWrite> CreateAsync(Unit unit, Answers answers, WebhookRecord webhook)
    {
        if (!answers.Tenants.TryGetValue(webhook.TenantId, out var tenant))
        {
            return new WebhookWrite(WebhookWriteOutcome.TenantNotFound, null, 0);
        }

        var created = webhook.RequestId.Length == 0
            ? null
            : await unit.FindAsync(FindCreated, WebhookRows.Read, tenant.Seq, webhook.RequestId).ConfigureAwait(false);
        var policy = TenantRows.ReadPolicy(await unit.FindAsync(FindPolicy, row => row.GetString(0), tenant.Seq).ConfigureAwait(false));
        var count = await unit.FindAsync(Count, row => row.GetInt64(0), tenant.Seq).ConfigureAwait(false);
        var taken = await FindTakenAsync(unit, tenant.Seq, webhook).ConfigureAwait(false);
        var outcome = WebhookTransitions.CheckCreate(created is not null, taken is not null, count, policy);
        if (outcome != WebhookWriteOutcome.Done)
        {
            return new WebhookWrite(outcome, outcome == WebhookWriteOutcome.RequestIdUsed ? created?.Webhook : null, tenant.ConfigVersion);
        }

        webhook = webhook with { Number = await unit.FindAsync(TakeNumber, row => row.GetInt64(0), tenant.Seq).ConfigureAwait(false) };
        await unit.RunAsync(
            WebhookRows.Insert, webhook.Id, (short)Holdings.ShardOf(webhook.Id), tenant.Seq, WebhookRows.NullIfEmpty(webhook.ExternalId),
            WebhookRows.NullIfEmpty(webhook.RequestId), webhook.HeadOfLine, webhook.FailingSince, WebhookRows.Write(webhook)).ConfigureAwait(false);
        return new WebhookWrite(WebhookWriteOutcome.Done, webhook, await BumpAsync(unit, webhook.TenantId, tenant).ConfigureAwait(false));
    }

    public static async Task<WebhookWrite> UpdateAsync(Unit unit, WebhookRecord webhook, KnownTenant tenant, long? expectedConfig)
    {
        if (await FindAsync(unit, webhook.Id).ConfigureAwait(false) is not { } stored || stored.TenantSeq != tenant.Seq)
        {
            return NotFound;
        }

        var taken = await FindTakenAsync(unit, tenant.Seq, webhook).ConfigureAwait(false);
        var outcome = WebhookTransitions.CheckUpdate(
            stored.Webhook, webhook, taken is { } other && other.Seq != stored.Seq, tenant.ConfigVersion, expectedConfig);
        if (outcome != WebhookWriteOutcome.Done)
        {
            return new WebhookWrite(outcome, stored.Webhook, tenant.ConfigVersion);
        }

        var replaced = WebhookTransitions.Replace(stored.Webhook, webhook);
        await unit.RunAsync(
            WebhookRows.Update, stored.Seq, WebhookRows.NullIfEmpty(replaced.ExternalId), replaced.HeadOfLine, replaced.FailingSince,
            WebhookRows.Write(replaced)).ConfigureAwait(false);
        if (replaced.HeadOfLine != stored.Webhook.HeadOfLine)
        {
            await unit.RunAsync(ReleaseLines, stored.Seq).ConfigureAwait(false);
        }

        return new WebhookWrite(WebhookWriteOutcome.Done, replaced, await BumpAsync(unit, stored.TenantId, tenant).ConfigureAwait(false));
    }

    public static async Task<WebhookWrite> DeleteAsync(Unit unit, string id, KnownTenant tenant, long? version, DateTimeOffset now)
    {
        if (await FindAsync(unit, id).ConfigureAwait(false) is not { } stored)
        {
            return NotFound;
        }

        if (WebhookTransitions.CheckDelete(stored.Webhook, version) is var outcome and not WebhookWriteOutcome.Done)
        {
            return new WebhookWrite(outcome, stored.Webhook, tenant.ConfigVersion);
        }

        await unit.RunAsync("UPDATE webhooks SET delete_time = $2 WHERE seq = $1", stored.Seq, now).ConfigureAwait(false);
        return new WebhookWrite(WebhookWriteOutcome.Done, stored.Webhook, await BumpAsync(unit, stored.TenantId, tenant).ConfigureAwait(false));
    }

    /// <summary>Says that something changed that publishes depend on; returns the new configuration version.</summary>
    public static async Task<long> BumpAsync(Unit unit, string tenantId, KnownTenant tenant)
    {
        await unit.RunAsync(BumpVersion, tenant.Seq).ConfigureAwait(false);
        unit.Reconfigured.Add(tenantId);
        return tenant.ConfigVersion + 1;
    }

    private static Task<StoredWebhook?> FindAsync(Unit unit, string id) => unit.FindAsync(WebhookRows.ById + " FOR UPDATE OF w", WebhookRows.Read, id);

    private static async Task<StoredWebhook?> FindTakenAsync(Unit unit, long tenant, WebhookRecord webhook) => webhook.ExternalId.Length == 0
        ? null
        : await unit.FindAsync(FindTaken, WebhookRows.Read, tenant, webhook.ExternalId).ConfigureAwait(false);
}
