using System.Text.Json;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>A webhook with what only the engine knows of it.</summary>
internal readonly record struct StoredWebhook(long Seq, long TenantSeq, string TenantId, WebhookRecord Webhook);

/// <summary>
/// Webhook rows as records. The record is stored as a document; the columns beside it are what queries need, and
/// <c>failing_since</c>, which changes on its own.
/// </summary>
internal static class WebhookRows
{
    public const string Select =
        "SELECT w.seq, w.tenant_seq, t.id, w.document, w.failing_since FROM webhooks w JOIN tenants t ON t.seq = w.tenant_seq ";

    public const string ById = Select + "WHERE w.id = $1 AND w.delete_time IS NULL";
    public const string Insert =
        """
        INSERT INTO webhooks (id, shard, tenant_seq, external_id, request_id, head_of_line, failing_since, document)
        VALUES ($1, $2, $3, $4, $5, $6, $7::bigint, $8)
        """;

    /// <summary>The same by the tenant's id, with when it was deleted.</summary>
    public const string InsertWhole =
        """
        INSERT INTO webhooks (id, shard, tenant_seq, external_id, request_id, head_of_line, failing_since, document, delete_time)
        VALUES ($1, $2, (SELECT seq FROM tenants WHERE id = $3::text), $4::text, $5::text, $6, $7::bigint, $8, $9::bigint)
        """;

    public const string Update =
        "UPDATE webhooks SET external_id = $2, head_of_line = $3, failing_since = $4::bigint, document = $5 WHERE seq = $1";

    public static StoredWebhook? Read(NpgsqlDataReader row) => new StoredWebhook(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2),
        JsonSerializer.Deserialize(row.GetString(3), Json.Default.WebhookRecord)! with { FailingSince = row.TimeOrNull(4) });

    public static string Write(WebhookRecord webhook) =>
        JsonSerializer.Serialize(webhook with { FailingSince = null }, Json.Default.WebhookRecord);

    public static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
