using System.Text.Json;
using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Webhook rows as records. The record is stored as a document; the columns beside it are what queries need,
/// <c>failing_since</c>, which changes on its own, and <c>head_of_line</c> and <c>number</c>, which older documents do not have.
/// </summary>
internal static class WebhookRows
{
    private const string Select = "SELECT seq, document, failing_since, tenant_seq, head_of_line, number FROM webhooks ";

    private static readonly Sql ById = new(Select + "WHERE id = ? AND delete_time IS NULL");

    internal static readonly Sql ByExternalId = new(
        Select + "WHERE tenant_seq = ? AND external_id = ? AND external_id IS NOT NULL AND delete_time IS NULL");

    internal static readonly Sql ByRequestId = new(
        Select + "WHERE tenant_seq = ? AND request_id = ? AND request_id IS NOT NULL AND delete_time IS NULL");

    private static readonly Sql Listed = new(Select + "WHERE seq < ? AND delete_time IS NULL ORDER BY seq DESC LIMIT ?");

    internal static readonly Sql OfTenant = new(
        Select + "WHERE seq < ? AND tenant_seq = ? AND delete_time IS NULL ORDER BY seq DESC LIMIT ?");

    private static readonly Sql CountOfTenant = new("SELECT count(*) FROM webhooks WHERE tenant_seq = ? AND delete_time IS NULL");

    private static readonly Sql InsertOne = new("INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

    private static readonly Sql UpdateOne = new(
        "UPDATE webhooks SET external_id = ?, version = ?, failing_since = ?, document = ?, head_of_line = ? WHERE seq = ?");

    private static readonly Sql UpdateFailing = new("UPDATE webhooks SET failing_since = ? WHERE id = ? AND delete_time IS NULL");
    private static readonly Sql DeleteOne = new("UPDATE webhooks SET delete_time = ? WHERE seq = ?");

    private static readonly Sql DeleteOfTenant = new(
        "UPDATE webhooks SET delete_time = ? WHERE tenant_seq = ? AND delete_time IS NULL");

    public static StoredWebhook? Find(Connection connection, string id) => ReadOne(connection.Use(ById).Bind(id));

    public static StoredWebhook? FindExternal(Connection connection, long tenant, string externalId) =>
        ReadOne(connection.Use(ByExternalId).Bind(tenant).Bind(externalId));

    public static StoredWebhook? FindRequest(Connection connection, long tenant, string requestId) =>
        ReadOne(connection.Use(ByRequestId).Bind(tenant).Bind(requestId));

    public static Page<WebhookRecord> List(Connection connection, string? tenantId, long? before, int limit)
    {
        var rows = connection.Use(tenantId is null ? Listed : OfTenant).Bind(before ?? long.MaxValue);
        if (tenantId is not null)
        {
            rows.Bind(TenantKeys.FindSeq(connection, tenantId) ?? 0);
        }

        using (rows.Bind(limit + 1))
        {
            return FullPage.Read(rows, limit, row => Read(row).Webhook);
        }
    }

    public static IReadOnlyList<WebhookRecord> LoadAll(Connection connection, long tenant)
    {
        using var rows = connection.Use(OfTenant).Bind(long.MaxValue).Bind(tenant).Bind(-1);
        return FullPage.Read(rows, int.MaxValue, row => Read(row).Webhook).Items;
    }

    public static bool Any(Connection connection, long tenant)
    {
        using var row = connection.Use(OfTenant).Bind(long.MaxValue).Bind(tenant).Bind(1);
        return row.Step();
    }

    public static long Count(Connection connection, long tenant)
    {
        using var row = connection.Use(CountOfTenant).Bind(tenant);
        row.Step();
        return row.Long(0);
    }

    public static void Insert(WriteSession session, long tenant, WebhookRecord webhook, DateTimeOffset? deleteTime = null) => session.Use(InsertOne)
        .Bind(++session.Counters.WebhookSeq).Bind(webhook.Id).Bind(tenant).Bind(NullIfEmpty(webhook.ExternalId))
        .Bind(NullIfEmpty(webhook.RequestId)).Bind(webhook.Version).Bind(webhook.FailingSince).Bind(deleteTime).Bind(Write(webhook))
        .Bind((long)webhook.HeadOfLine).Bind(webhook.Number)
        .Run();

    public static void Update(WriteSession session, long seq, WebhookRecord webhook) => session.Use(UpdateOne)
        .Bind(NullIfEmpty(webhook.ExternalId)).Bind(webhook.Version).Bind(webhook.FailingSince).Bind(Write(webhook))
        .Bind((long)webhook.HeadOfLine).Bind(seq)
        .Run();

    public static bool SetFailingSince(WriteSession session, string id, DateTimeOffset? since)
    {
        session.Use(UpdateFailing).Bind(since).Bind(id).Run();
        return true;
    }

    public static void Delete(WriteSession session, long seq, DateTimeOffset now) =>
        session.Use(DeleteOne).Bind(now).Bind(seq).Run();

    public static void DeleteAll(WriteSession session, long tenant, DateTimeOffset now) =>
        session.Use(DeleteOfTenant).Bind(now).Bind(tenant).Run();

    private static StoredWebhook? ReadOne(Statement row)
    {
        using (row)
        {
            return row.Step() ? Read(row) : null;
        }
    }

    public static StoredWebhook Read(Statement row)
    {
        var webhook = JsonSerializer.Deserialize(row.Text(1), Json.Default.WebhookRecord)!;
        webhook = webhook with { FailingSince = row.TimeOrNull(2), HeadOfLine = (HeadOfLine)row.Int(4), Number = row.Long(5) };
        return new StoredWebhook(row.Long(0), row.Long(3), webhook);
    }

    private static string Write(WebhookRecord webhook) =>
        JsonSerializer.Serialize(webhook with { FailingSince = null }, Json.Default.WebhookRecord);

    public static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}

/// <summary>A webhook with what only the engine knows of it.</summary>
internal readonly record struct StoredWebhook(long Seq, long TenantSeq, WebhookRecord Webhook);
