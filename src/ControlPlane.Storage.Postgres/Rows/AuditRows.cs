using System.Text.Json;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Rows of the audit log as records.</summary>
internal static class AuditRows
{
    public const string After = "SELECT seq, document FROM audit_events WHERE seq > $1 ORDER BY seq LIMIT $2";

    public const string InsertOne = "INSERT INTO audit_events VALUES ($1, $2::text, $3, $4, $5, $6, $7)";

    public static (long Seq, AuditRecord Entry) Read(NpgsqlDataReader row) => (
        row.GetInt64(0),
        JsonSerializer.Deserialize(row.GetString(1), Json.Default.AuditRecord)! with { Time = Timestamps.FromMicroseconds(row.GetInt64(0)) });

    /// <summary>The values of an entry that has its time.</summary>
    public static object?[] ValuesOf(AuditRecord entry) =>
    [
        entry.Time.ToMicroseconds(), entry.TenantId, entry.Actor.Id, entry.ResourceType, entry.ResourceId, entry.Method, Write(entry),
    ];

    public static string Write(AuditRecord entry) => JsonSerializer.Serialize(entry, Json.Default.AuditRecord);
}
