namespace ControlPlane.Storage.Postgres;

/// <summary>Webhooks with deliveries that wait.</summary>
internal sealed class WaitingWebhooks(Database database, Holdings holdings)
{
    /// <summary>Every webhook that has waiting deliveries, by jumping through the index from one webhook to the next.</summary>
    private const string Find =
        """
        WITH RECURSIVE waiting (seq) AS (
          (SELECT webhook_seq FROM deliveries WHERE due IS NOT NULL AND NOT blocked ORDER BY webhook_seq LIMIT 1)
          UNION ALL
          SELECT (SELECT d.webhook_seq FROM deliveries d WHERE d.due IS NOT NULL AND NOT d.blocked AND d.webhook_seq > waiting.seq
            ORDER BY d.webhook_seq LIMIT 1)
          FROM waiting WHERE waiting.seq IS NOT NULL
        )
        SELECT t.id, w.id, (SELECT d.due FROM deliveries d WHERE d.webhook_seq = w.seq AND d.due IS NOT NULL AND NOT d.blocked ORDER BY d.due LIMIT 1)
        FROM waiting
          CROSS JOIN LATERAL (SELECT id, seq, tenant_seq FROM webhooks WHERE seq = waiting.seq AND delete_time IS NULL OFFSET 0) w
          JOIN tenants t ON t.seq = w.tenant_seq
        """;

    /// <summary>Those of this process.</summary>
    public async Task<IReadOnlyList<WaitingWebhook>> ListAsync(CancellationToken cancellationToken)
    {
        var found = await database.ListAsync(
            Find, row => (Tenant: row.GetString(0), Webhook: row.GetString(1), Due: row.TimeOrNull(2)), cancellationToken).ConfigureAwait(false);
        return [.. found.Where(each => each.Due is not null && holdings.Owns(each.Webhook)).Select(each => new WaitingWebhook(each.Tenant, each.Webhook, each.Due!.Value))];
    }
}
